-- Senders that a platform wants quiet from until a time of its own: a restart does not forget it.
create table sender_pause (
  sender_id bigint not null, -- which of our numbers
  scope text not null, -- everything templates
  until bigint not null, -- when it may go on
  why text not null, -- the platform's code and words
  at bigint not null, -- when it said so
  primary key (sender_id, scope)
);
