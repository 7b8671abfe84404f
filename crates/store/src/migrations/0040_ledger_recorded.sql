-- When a line of the ledger was written down: what is imported was said before.
alter table ledger add column recorded_at bigint; -- null: at
