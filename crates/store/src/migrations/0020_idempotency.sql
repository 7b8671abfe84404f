-- Answers to requests that carried an Idempotency-Key.
create table idempotency (
  account text not null, -- keys belong to an account
  key text not null, -- as the client sent it
  request_hash text not null, -- another request under the same key is an error
  status bigint, -- HTTP status of the answer; null: not answered yet
  body text, -- of the answer
  created_at bigint not null, -- when the request came
  primary key (account, key)
);
create index idempotency_created on idempotency (created_at);
