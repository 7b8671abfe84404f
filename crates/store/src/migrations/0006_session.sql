-- The state of a conversation between two turns.
create table session (
  conversation_id {id}, -- the conversation
  contact_id bigint not null, -- its contact, whose lane runs it
  turn bigint not null, -- grows by one each time; who carries an older one is late
  data jsonb not null, -- model::session::Session
  due_at bigint, -- when something falls due by itself
  calling boolean not null, -- the answer of a call, or the fate of a message, is owed to it
  person_since bigint, -- since when a person has it
  needs_person_at bigint -- since when it is marked as needing one
);
create index session_due on session (due_at) where due_at is not null;
create index session_calling on session (conversation_id) where calling;
create index session_person on session (person_since, conversation_id) where person_since is not null;
create index session_needs_person on session (needs_person_at, conversation_id) where needs_person_at is not null;
