-- Files of ours that a platform keeps: given to it once, then sent by its id.
create table upload (
  sender_id bigint not null, -- which of our numbers sends it
  hash text not null, -- SHA-256 of the file, as hex
  platform_id text not null, -- under which the platform keeps it
  at bigint not null, -- when it was uploaded
  primary key (sender_id, hash)
);
