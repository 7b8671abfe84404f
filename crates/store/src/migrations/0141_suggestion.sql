-- The draft of a reply that an agent writes for the person who has a conversation: at most one for each conversation.
create table suggestion (
  id {id}, -- the number of its conversation
  contact_id bigint not null, -- its contact, with whose data it is erased
  sender_id bigint not null, -- the sender at which the conversation is
  number bigint not null, -- tells it from the earlier drafts of the conversation
  agent text not null, -- the agent that drafts
  message_id bigint not null, -- the contact's message that it answers
  state text not null, -- thinking ready none
  text text, -- the draft; null: there is none
  why text, -- why there is none: unsure model budget guard failed; null: there is one, or it is over
  reason text, -- the same as a sentence
  sources jsonb, -- the papers that it was taken from
  at bigint not null -- when it last changed
);
create index suggestion_contact on suggestion (contact_id);

-- The end of each draft that a person used, left unused or threw away.
create table suggestion_use (
  id {id}, -- our number
  contact_id bigint not null, -- the contact, with whose data it is erased
  sender_id bigint not null, -- the sender at which the conversation is
  agent text not null, -- the agent that drafted
  how text not null, -- as_is edited unused discarded
  at bigint not null -- when
);
create index suggestion_use_contact on suggestion_use (contact_id);
