-- The same indexes with their states one by one: of a list SQLite makes a table, at every change of a row.
drop index outbound_unfinished;
create index outbound_unfinished on outbound (conversation_id, id)
  where state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown';
drop index outbound_due;
create index outbound_due on outbound (coalesce(not_before, hold_until))
  where coalesce(not_before, hold_until) is not null
    and (state = 'queued' or state = 'held' or state = 'unknown');
