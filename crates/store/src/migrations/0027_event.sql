-- What happened, in the order of commits, for whoever listens; written only while somebody does.
create table event (
  id {serial}, -- its place in the order
  kind text not null, -- message.in message.out message.status run.began run.ended consent handoff needs_person sender …
  at bigint not null, -- when
  sender_id bigint, -- of which sender; null: of none
  conversation_id bigint, -- where; null: in none
  contact_id bigint, -- whose; null: nobody's
  subject_id bigint not null, -- the message, run or line of the ledger that it is about, or a number of its own
  word text not null, -- how far a message came, how a run ended
  data jsonb, -- what no other row says; null where rows say all
  unique (kind, subject_id, word)
);
