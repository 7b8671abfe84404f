-- Conversations that an inbox of Chatwoot shows, too.
create table chatwoot_talk (
  conversation_id {id}, -- our conversation
  account text not null, -- its account
  theirs bigint not null, -- the number that Chatwoot gave the conversation
  posted bigint not null, -- Chatwoot's number of the last message that we put there; 0: none yet
  status text not null, -- the last status that is known: pending open resolved snoozed
  unique (account, theirs)
);
