-- The questions to language models: the most that each may cost is reserved before it leaves, and settled by its answer.
create table model_call (
  id {id}, -- our number
  contact_id bigint, -- the person whose conversation asked; null: the person was erased
  model text not null, -- the name in the configuration
  step text not null, -- the step that asked
  state text not null, -- reserved settled
  cost bigint not null, -- in millionths of the currency unit; of a reserved one the most that is possible
  input bigint not null, -- tokens that the model read
  cached bigint not null, -- of them, tokens that the server remembered
  output bigint not null, -- tokens that it wrote
  ms bigint not null, -- how long it took
  outcome text not null, -- ok, or the code of the error; empty while it is reserved
  at bigint not null -- when it was asked
);
create index model_call_model on model_call (model, at);
create index model_call_contact on model_call (contact_id, model, at);
