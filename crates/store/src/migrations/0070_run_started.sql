-- Runs of a time, newest first: of a day, of an hour in which something went wrong.
create index run_started on run (started_at, id);
