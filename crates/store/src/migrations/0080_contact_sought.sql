-- The names and the number by which a contact is searched, without capitals and accents. The index holds all that a
-- search reads: whoever types a part of a name goes through it, and through no contact.
alter table contact add column sought text; -- words with blanks between; null: written before this column, and not read anew yet
create index contact_sought on contact (account, id, sought);
create index contact_unsought on contact (id) where sought is null;
