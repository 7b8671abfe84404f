-- Notes of people of the business about a conversation. No contact ever gets one.
create table note (
  id {id}, -- our number
  conversation_id bigint not null, -- the conversation
  contact_id bigint not null, -- its contact, with whose data it is erased
  at bigint not null, -- when it was written
  author text, -- the name of the person who wrote it; null: it was not said
  text text not null -- the note
);
create index note_conversation on note (conversation_id, id);
create index note_contact on note (contact_id);
