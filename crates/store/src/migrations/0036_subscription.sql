-- Who is told of what happens, by signed POST.
create table subscription (
  id {id}, -- our number
  name text not null, -- a word for people; of the configuration's own: by which they are known again
  configured boolean not null, -- it stands in the configuration, which says its address, secrets and filter
  account text not null, -- whose events it hears; empty: all
  url text not null, -- where they are posted
  secret text not null, -- by which posts are signed; empty where the configuration has it
  old_secret text, -- signs as well for a while, after a rotation
  old_secret_until bigint, -- until then
  filter jsonb not null, -- model: types and senders that it wants; empty lists: all
  state text not null, -- active paused
  paused_at bigint, -- since when; null: it is not
  paused_why text, -- a sentence for the operator
  resumed_at bigint not null, -- since when it is active: its deliveries are given up by this at the earliest
  heard_at bigint, -- when it last took a post
  after bigint not null, -- the last event of the log that became a delivery or was not wanted
  created_at bigint not null -- when it was made
);
-- One event for one subscription.
create table delivery (
  id {id}, -- our number
  subscription_id bigint not null, -- for whom
  event_id bigint not null, -- the event, by which its receiver knows a repetition
  kind text not null, -- of the event
  at bigint not null, -- when it happened
  place bigint not null, -- its conversation, else its contact below 0, else 0: there the order is kept
  contact_id bigint, -- whose; null: nobody's
  body text not null, -- what is posted, word for word
  state text not null, -- pending done dead
  attempts bigint not null, -- tries since it was queued
  since bigint not null, -- when it was queued, or last asked for again
  next_at bigint not null, -- when the next try is due
  tried_at bigint, -- when the last try was
  status bigint, -- what was answered to it; null: nothing
  trouble text, -- why it was not taken, in a few words
  unique (subscription_id, event_id)
);
create index delivery_of on delivery (subscription_id, id);
create index delivery_pending on delivery (subscription_id, next_at) where state = 'pending';
create index delivery_order on delivery (subscription_id, place, event_id) where state = 'pending';
create index delivery_contact on delivery (contact_id) where contact_id is not null;
-- What had not been posted to notify.url yet goes the new way: behind this event.
insert into meta (key, value)
  select 'notify_after', cast(coalesce(max(id), 0) as text) from event;
insert into event (kind, at, sender_id, conversation_id, contact_id, subject_id, word, data)
  select kind, at, cast(data ->> 'sender_id' as bigint), cast(data ->> 'conversation_id' as bigint),
    cast(data ->> 'contact_id' as bigint), id, '', data
  from notification where done_at is null order by id;
drop table notification;
