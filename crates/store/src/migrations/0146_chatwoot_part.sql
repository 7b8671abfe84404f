-- The messages that a message of Chatwoot became beside the one in chatwoot_message: its further files, and its text if
-- no file can carry it.
create table chatwoot_part (
  id {id}, -- our number of the message
  conversation_id bigint not null, -- our conversation
  theirs bigint not null, -- Chatwoot's number of the message
  at bigint not null -- when it came from there
);
create index chatwoot_part_at on chatwoot_part (at);
create index chatwoot_part_conversation on chatwoot_part (conversation_id);
