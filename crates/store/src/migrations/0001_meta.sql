-- Single values of the whole installation: the signing key of buttons, pauses of senders.
create table meta (
  key text not null primary key, -- what it is
  value text not null -- as text; its writer knows the form
);
