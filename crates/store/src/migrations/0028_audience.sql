-- Starts of a flow for many contacts at once, and how far they are planned.
create table audience (
  id {id}, -- our number
  account text not null, -- whose contacts
  data jsonb not null, -- what is wanted, for whom, with what: runtime::audience::Wanted
  zone text not null, -- contacts of earlier zones are planned
  cursor_contact_id bigint not null, -- contacts of this zone up to this one are planned
  planned bigint not null, -- starts so far
  created_at bigint not null, -- when the step ran
  done_at bigint -- when all contacts were planned; null: not yet
);
create index audience_open on audience (id) where done_at is null;
