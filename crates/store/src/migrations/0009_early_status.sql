-- Statuses that came before the answer to the send whose id they carry.
create table early_status (
  sender_id bigint not null, -- of the message
  provider_id text not null, -- of the message
  rank bigint not null, -- 1 sent, 2 failed, 3 delivered, 4 read
  at bigint not null, -- the status's own timestamp
  error_code text, -- of a failed one
  error_text text, -- of a failed one
  received_at bigint not null, -- when it came
  primary key (sender_id, provider_id, rank)
);
