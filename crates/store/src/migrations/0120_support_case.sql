-- The cases of people of the business: one for each hand-off or take-over, written with the session of its conversation.
create table support_case (
  id {id}, -- our number
  conversation_id bigint not null, -- the conversation
  contact_id bigint not null, -- its contact
  sender_id bigint not null, -- the sender at which it is
  team text, -- the team; null: none was named
  agent text, -- the name of the person who has it; null: nobody
  state text not null, -- waiting taken answered snoozed closed
  priority text, -- as the flow wrote it, or higher when it was overdue
  summary text, -- the words of the flow for the person; null: none, or erased
  flow text, -- the flow that handed over; null: a person took over
  run bigint, -- the number of its run in the conversation
  opened_at bigint not null, -- when
  asked_at bigint, -- since when the contact waits for an answer; null: a person has answered
  answered_at bigint, -- when a person answered last
  assigned_at bigint, -- since when its person has it
  snoozed_until bigint, -- until when it was put aside; null: it is not
  due_at bigint, -- when somebody must act; null: nothing was promised
  sorted_at bigint not null, -- due_at, or the end of time where it is null: the order of the queue
  closed_at bigint -- when it was closed; null: it is open
);
create unique index support_case_open on support_case (conversation_id) where closed_at is null;
create index support_case_due on support_case (sorted_at, id) where closed_at is null;
create index support_case_newest on support_case (id) where closed_at is null;
create index support_case_agent on support_case (agent) where closed_at is null and agent is not null;
create index support_case_turn on support_case (team, agent, assigned_at) where agent is not null;
create index support_case_contact on support_case (contact_id);
create index support_case_closed on support_case (closed_at, id) where closed_at is not null;
