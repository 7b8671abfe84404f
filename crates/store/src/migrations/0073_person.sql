-- People who sign in to the studio.
create table person (
  id bigint not null primary key, -- unique over all tables
  name text not null, -- as others see it
  folded text not null, -- by which they sign in: without capitals and accents
  role text not null, -- viewer agent author operator
  all_accounts boolean not null, -- true: also those to come
  accounts jsonb not null, -- else these, a list of names
  password text, -- Argon2id of it, with its salt; null: none, because a link waits to be used
  link_hash text, -- SHA-256 of the link that counts once, in hex; null: there is none
  link_ends_at bigint, -- until when it counts
  created_at bigint not null, -- when
  seen_at bigint -- when they last asked for something; null: never
);
create unique index person_folded on person (folded);
create unique index person_link on person (link_hash) where link_hash is not null;
