-- Raw bodies of webhooks, so that a dead letter can be replayed after a fix.
create table webhook (
  id {id}, -- our number; grows in the order of arrival
  provider text not null, -- name of the provider
  sender_id bigint, -- of the path it was posted to; null: all senders of the provider
  received_at bigint not null, -- when it came
  body text not null -- as it was verified; bytes that are no UTF-8 replaced
);
