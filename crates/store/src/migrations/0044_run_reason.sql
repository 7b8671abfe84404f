-- What stopped a run: a reply, an event, an opt-out. How many left a sequence for which reason is counted by it.
alter table run add column reason text; -- a word or the key of a trigger; null: none, the outcome says it
