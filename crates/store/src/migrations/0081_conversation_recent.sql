-- The inbox: whoever wrote last comes first. Conversations in which nobody ever wrote stand at the end.
create index conversation_recent on conversation (coalesce(last_inbound_at, 0), id);
