-- Keys of `once_per` that a contact has used up.
create table once (
  contact_id bigint not null, -- the contact
  key text not null, -- the trigger and the value, or a digest of both
  at bigint not null, -- when it was used
  primary key (contact_id, key)
);
create index once_at on once (contact_id, at);
