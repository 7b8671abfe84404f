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
  at bigint not null, -- when it last changed
  as_is bigint not null, -- how many drafts were sent as they were
  edited bigint not null, -- how many were changed before
  unused bigint not null, -- how often the person wrote something else
  discarded bigint not null -- how many were thrown away
);
create index suggestion_contact on suggestion (contact_id);
