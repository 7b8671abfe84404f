-- What could not be handled: webhook items, poisonous messages, unknown sends.
create table dead_letter (
  id {id}, -- our number
  kind text not null, -- malformed wrong_secret unknown_sender poison unknown_send failed_run refused
  at bigint not null, -- since when
  sender_id bigint, -- of which sender, where known
  subject_id bigint, -- the inbound or outbound message that it is about
  reason text not null, -- a sentence for the operator
  data jsonb not null, -- what replaying needs
  replayed_at bigint -- when it was replayed or settled itself; null: open
);
create index dead_letter_open on dead_letter (kind, id) where replayed_at is null;
create index dead_letter_subject on dead_letter (subject_id) where subject_id is not null;
