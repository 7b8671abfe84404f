-- A contact at one sender.
create table conversation (
  id {id}, -- our number
  contact_id bigint not null references contact (id), -- the person
  sender_id bigint not null, -- id of the sender in the configuration
  opened_at bigint, -- timestamp of the newest opener of the window; null: never opened, or known to be closed
  last_inbound_at bigint, -- the contact's newest message here, by its own timestamp
  last_outbound_at bigint, -- our newest message that the provider took
  created_at bigint not null, -- when it began
  unique (contact_id, sender_id)
);
