-- The drafts of replies that agents wrote while a person had the conversation, and that nobody was shown. The reply of the
-- person is among the messages.
create table shadow (
  id {id}, -- our number
  conversation_id bigint not null, -- the conversation
  contact_id bigint not null, -- its contact, with whose data it is erased
  sender_id bigint not null, -- the sender at which it is
  agent text not null, -- the agent that drafted
  message_id bigint not null, -- the newest message of the contact that it answers
  text text, -- the draft; null: there is none
  why text, -- why there is none: unsure model budget guard failed; null: there is one
  reason text, -- the same as a sentence
  sources jsonb not null, -- the papers that it was taken from
  cost bigint not null, -- of its questions, in millionths of the currency unit
  at bigint not null -- when it was there
);
create index shadow_at on shadow (at, id);
create index shadow_agent on shadow (agent, at, id);
create index shadow_contact on shadow (contact_id);
