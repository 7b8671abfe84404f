-- Consent as it was given and withdrawn. Only grows.
create table ledger (
  id {id}, -- our number
  contact_id bigint not null, -- who
  topic text not null, -- about what; all: everything
  given boolean not null, -- given or withdrawn
  at bigint not null, -- when
  by text not null, -- word, button, flow, api, platform
  message_id bigint, -- the inbound message that said it
  shown text -- the wording that the person saw
);
create index ledger_contact on ledger (contact_id, id);
