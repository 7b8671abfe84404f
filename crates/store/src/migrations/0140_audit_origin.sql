-- By which key, of which account, from where, and what came of it. Rows from before have nulls: they were done.
alter table audit add column key_name text; -- name and id of the API key; null: it was none
alter table audit add column account text; -- of the object, else of the doer; null: it is of no single account
alter table audit add column address text; -- from which network address; null: none is known
alter table audit add column outcome text; -- begun done, or the code of the refusal; null: done
