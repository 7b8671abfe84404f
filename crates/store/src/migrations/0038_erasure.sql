-- People whose data somebody asked to erase: what is still to be looked for in bodies that nobody can look up by person.
create table erasure (
  id {id}, -- the contact
  account text not null, -- whose contact it was
  names jsonb not null, -- the names to look for; empty once it is done
  asked_at bigint not null, -- when it was asked for
  done_at bigint -- when nothing was left; null: not yet
);
create index erasure_open on erasure (id) where done_at is null;
-- Who had opted out when they were erased: a digest of each name, so that they are not written to again.
create table erased_stop (
  account text not null, -- whose contact it was
  digest text not null, -- keyed digest of kind and name
  at bigint not null, -- when they were erased
  primary key (account, digest)
);
