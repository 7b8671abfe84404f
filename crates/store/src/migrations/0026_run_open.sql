-- Runs that have not ended, for whoever asks who is half-way: a deployment, the support.
create index run_open on run (conversation_id) where ended_at is null;
