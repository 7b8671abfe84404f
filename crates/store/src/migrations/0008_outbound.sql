-- What we send.
create table outbound (
  id {id}, -- our number; echoed by providers that carry it
  conversation_id bigint not null, -- where
  contact_id bigint not null, -- to whom
  sender_id bigint not null, -- by which sender
  number bigint not null, -- within the conversation, from 1
  run bigint, -- the run that says it; null: the engine, a person or the API
  origin text not null, -- model::effect::Origin
  tells boolean not null, -- a flow waits to hear what becomes of it
  state text not null, -- queued sending sent delivered read failed held unknown dropped skipped
  data jsonb not null, -- model::effect::Draft
  sent_as jsonb, -- the content that left instead: template or nudge
  not_before bigint, -- waits until then, outside the order
  hold_until bigint, -- kept for the next inbound until then
  attempt bigint not null, -- number of tries, the present one included
  attempted_at bigint, -- when the newest try began
  provider_id text, -- the provider's id, once it took it
  accepted_at bigint, -- when it took it
  delivered_at bigint, -- by status
  read_at bigint, -- by status
  failed_at bigint, -- refused, or failed by status
  error_code text, -- the provider's code
  error_text text, -- and words
  reason text, -- why it was not sent, or is held: model::event::Reason
  created_at bigint not null -- when its turn was
);
create index outbound_conversation on outbound (conversation_id, id);
create index outbound_provider on outbound (sender_id, provider_id) where provider_id is not null;
create index outbound_unfinished on outbound (conversation_id, id)
  where state in ('queued', 'sending', 'held', 'unknown');
create index outbound_due on outbound (coalesce(not_before, hold_until))
  where coalesce(not_before, hold_until) is not null and state in ('queued', 'held', 'unknown');
