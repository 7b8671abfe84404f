-- The list of an account's contacts, newest first: without it each page sorted the whole account.
create index contact_newest on contact (account, id);
