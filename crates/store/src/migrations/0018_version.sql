-- Sets of flow files that went live; runs stay on theirs.
create table version (
  id {id}, -- our number
  hash text not null unique, -- of the files
  files jsonb not null, -- path to text
  created_at bigint not null, -- when it was first seen
  live_at bigint -- when it last went live; the newest is the live one
);
create index version_live on version (live_at) where live_at is not null;
