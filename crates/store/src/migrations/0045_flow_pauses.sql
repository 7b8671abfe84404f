-- When an operator had a flow stand still: what its runs wait for does not count that time.
alter table flow_state add column pauses text; -- a list of {from, until}, as JSON; null: never
