-- One wall-clock minute of a trigger in one zone, and how far its contacts are planned.
create table fire (
  flow text not null, -- the flow
  trigger_key text not null, -- the trigger
  zone text not null, -- contacts of this zone; empty: those without one
  minute text not null, -- the local minute, 2026-03-28T10:00
  at bigint not null, -- the instant of that minute in that zone
  cursor_contact_id bigint not null, -- contacts up to this one are planned
  next_slot_at bigint not null, -- the first slot that is not given away
  created_at bigint not null, -- when planning began
  done_at bigint, -- when all contacts were planned; null: not yet
  primary key (flow, trigger_key, zone, minute)
);
create index fire_open on fire (at) where done_at is null;
