-- The secrets in stored answers, in a column of their own, so that they can be encrypted and found. An answer of before
-- with a secret is forgotten: its repetition hears that the outcome is unknown, and nothing is done twice.
alter table idempotency add column secret text; -- the field `secret` of the body, perhaps encrypted; null: it has none
create index idempotency_secret on idempotency (message_id) where secret is not null;
update idempotency set status = null, body = null where body like '%"secret":"whsec!_%' escape '!';
