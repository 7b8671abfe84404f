-- Keys made by `transom keys create`.
create table api_key (
  id text not null primary key, -- the part before the dot
  account text not null, -- what it opens
  hash text not null, -- SHA-256 of the whole key, in hex
  name text not null, -- for people
  created_at bigint not null, -- when
  revoked_at bigint -- since when it opens nothing
);
