-- Which planned start a run came of: so a fire knows what became of each of its messages.
alter table run add column start_id bigint; -- the start that planned it; null: nothing planned it
create index run_start on run (start_id) where start_id is not null;
