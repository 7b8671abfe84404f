-- The flow whose step asked, for the budgets of flows. The id of a step begins with it, and the second question about a text
-- has a further part behind that id. The sums of the bot and of flows are read from their indexes alone.
alter table model_call add column flow text; -- null: the question was about a message or a voice note
update model_call set flow = rtrim(rtrim(step, replace(step, '.', '')), '.') where step like '%.%';
update model_call set flow = rtrim(rtrim(flow, replace(flow, '.', '')), '.') where flow like '%.%' and step like '%.verify';
create index model_call_at on model_call (at, cost);
create index model_call_flow on model_call (flow, at, cost);
