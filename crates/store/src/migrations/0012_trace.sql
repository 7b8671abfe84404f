-- What each turn did and why.
create table trace (
  id {id}, -- our number
  conversation_id bigint not null, -- where
  contact_id bigint not null, -- whose
  turn bigint not null, -- the session's turn
  at bigint not null, -- when
  data jsonb not null -- list of model::effect::TraceEntry
);
create index trace_conversation on trace (conversation_id, id);
