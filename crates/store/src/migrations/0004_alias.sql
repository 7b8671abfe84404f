-- The names by which providers and the API know a contact.
create table alias (
  account text not null, -- an alias is unique within an account
  kind text not null, -- phone (digits, also wa_id) or bsuid
  value text not null, -- the name itself
  contact_id bigint not null references contact (id), -- whose it is
  primary key (account, kind, value)
);
create index alias_contact on alias (contact_id);
