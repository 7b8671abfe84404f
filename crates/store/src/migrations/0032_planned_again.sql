-- A message that is refused as outside the window is planned once more, over a restart too; the next refusal is final.
alter table outbound add column planned_again_at bigint; -- when it was planned once more; null: never
