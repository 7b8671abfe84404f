-- What is to be posted to notify.url.
create table notification (
  id {id}, -- our number; echoed so that the receiver knows a repetition
  kind text not null, -- handoff needs_person unknown_send dead_letter sender_stopped alarm
  at bigint not null, -- when it happened
  data jsonb not null, -- the body
  attempts bigint not null, -- tries so far
  next_at bigint not null, -- when the next try is due
  done_at bigint -- when it was taken, or given up; null: open
);
create index notification_open on notification (next_at) where done_at is null;
