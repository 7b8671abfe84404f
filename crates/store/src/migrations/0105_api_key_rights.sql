-- What a key opens, until when, and when it last opened something.
alter table api_key add column scopes text; -- names of scopes, separated by commas; null: all rights of a key
alter table api_key add column expires_at bigint; -- since when it opens nothing; null: it does not expire
alter table api_key add column used_at bigint; -- when it was last used, to five minutes; null: never
