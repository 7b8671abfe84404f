-- One-off sends of a flow to many, and how far their contacts are planned.
create table broadcast (
  id {id}, -- our number
  account text not null, -- whose contacts
  flow text not null, -- the flow that each of them starts
  data jsonb not null, -- to whom, when, how fast, with what: runtime::broadcast::Wanted
  state text not null, -- draft running paused stopped done
  people bigint not null, -- who were meant when it was drafted: the number that starts it
  zone text not null, -- contacts of earlier moments and zones are planned
  cursor_contact_id bigint not null, -- contacts of this zone up to this one are planned
  planned bigint not null, -- starts so far
  next_slot_at bigint not null, -- the first slot that is not given away
  created_at bigint not null, -- when it was drafted
  started_at bigint, -- when somebody confirmed it; null: a draft
  done_at bigint -- when all contacts were planned, or it was stopped; null: not yet
);
create index broadcast_open on broadcast (id) where state = 'running';
create index broadcast_account on broadcast (account, id);
