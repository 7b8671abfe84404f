-- Each start looks for the broadcasts that were stopped while somebody stood in line for them.
create index broadcast_stopped on broadcast (state) where state = 'stopped';
