-- A planned start of a flow for one contact. Everything is decided when its slot comes.
create table start (
  id {id}, -- our number
  flow text not null, -- the flow
  trigger_key text not null, -- the trigger
  contact_id bigint not null, -- for whom
  minute text not null, -- the local minute of its fire
  slot_at bigint not null, -- when it may begin
  state text not null, -- waiting queued begun refused superseded
  reason text, -- why it was refused: model::event::Reason
  data jsonb not null, -- inputs and event data
  created_at bigint not null, -- when it was planned
  ended_at bigint, -- when it left waiting and queued
  unique (flow, trigger_key, contact_id, minute)
);
create index start_waiting on start (slot_at, id) where state = 'waiting';
create index start_flow on start (flow, minute);
create index start_contact on start (contact_id, id);
