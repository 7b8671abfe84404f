-- The teams of a person who signs in.
alter table person add column teams jsonb; -- names of teams, a list; null: none
