-- What contacts sent. No foreign keys here and in outbound: they would cost each message two lookups,
-- and every row comes from a write-set that holds its conversation.
create table inbound (
  id {id}, -- our number; grows in the order of arrival
  conversation_id bigint not null, -- where
  contact_id bigint not null, -- who
  sender_id bigint not null, -- to which of our senders
  provider_id text not null, -- the provider's id, by which a repetition is known
  at bigint not null, -- the message's own timestamp
  received_at bigint not null, -- when the webhook came
  data jsonb not null, -- model::inbound::InboundMessage and the consent word recognised in it
  handled_at bigint, -- when a turn took it; null: not yet
  attempts bigint not null, -- how often recovery took it up
  unique (sender_id, provider_id)
);
create index inbound_conversation on inbound (conversation_id, id);
create index inbound_unhandled on inbound (id) where handled_at is null;
