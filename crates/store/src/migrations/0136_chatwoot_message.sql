-- Messages that stand in Chatwoot, too: each once.
create table chatwoot_message (
  id {id}, -- our number of the message
  conversation_id bigint not null, -- our conversation
  theirs bigint not null, -- Chatwoot's number of the message
  at bigint not null, -- when it was put there, or came from there
  refused text, -- why a message that was written there does not go to the customer; null: it goes
  unique (conversation_id, theirs)
);
create index chatwoot_message_at on chatwoot_message (at);
