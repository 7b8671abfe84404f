-- What a language model was asked and what it answered, for the story of a run.
create table model_question (
  id {id}, -- our number
  conversation_id bigint not null, -- whose words are in it
  contact_id bigint not null, -- the person of the conversation
  run bigint not null, -- the number of the run in its conversation; 0: a question about a message, which belongs to none
  at bigint not null, -- when the answer came
  data jsonb not null -- {step, call, attempt, question, reply}; marks stand for numbers and addresses of the person
);
create index model_question_conversation on model_question (conversation_id, id);
create index model_question_at on model_question (at);
