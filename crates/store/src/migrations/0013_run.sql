-- Passages through flows, for lists, statistics and the alarm of a failing flow.
create table run (
  id {id}, -- our number
  conversation_id bigint not null, -- where
  number bigint not null, -- within the conversation
  contact_id bigint not null, -- whose
  flow text not null, -- the flow that was started
  version_id bigint not null, -- the set of files it stands on
  trigger_key text not null, -- what started it
  started_at bigint not null, -- when
  ended_at bigint, -- null: not yet
  outcome text, -- model::effect::RunEnd
  unique (conversation_id, number)
);
create index run_flow on run (flow, id);
