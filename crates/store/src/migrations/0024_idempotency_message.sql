-- The message that a request with an Idempotency-Key sends, chosen before anything happens: a repetition after a
-- crash asks that message whether it is there.
alter table idempotency add column message_id bigint; -- the outbound message; null: written by an older Transom
