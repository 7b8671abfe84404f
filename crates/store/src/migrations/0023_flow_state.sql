-- Flows that were paused because all their last runs failed.
create table flow_state (
  flow text not null primary key, -- the flow
  paused_at bigint, -- since when; null: running
  reason text, -- a sentence for the operator
  since_run bigint not null -- runs up to this id no longer count for the alarm
);
