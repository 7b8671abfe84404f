-- Triggers by the clock: a fire from before its first publication is never made up for.
create table schedule (
  flow text not null, -- the flow
  trigger_key text not null, -- cron text and clock, by which the trigger is known
  published_at bigint not null, -- when it first went live
  planned_until bigint not null, -- all fires up to here are planned
  primary key (flow, trigger_key)
);
