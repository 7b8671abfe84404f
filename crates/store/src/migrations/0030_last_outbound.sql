-- Our newest message stands in outbound, where an index finds it; nothing ever wrote it here.
alter table conversation drop column last_outbound_at;
