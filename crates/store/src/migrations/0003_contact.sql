-- A person within one account.
create table contact (
  id {id}, -- our number
  account text not null, -- name of the account in the configuration
  data jsonb not null, -- model::contact::ContactData
  zone text not null, -- IANA name by which schedules reach the contact; empty where unknown: the bot's
  opted_out_at bigint, -- since when the contact wants nothing; null: may be written to
  last_message_at bigint, -- the contact's newest message, by its own timestamp
  created_at bigint not null -- when we first heard of it
);
create index contact_zone on contact (account, zone, id);
