-- What people and commands did: no numbers, names or words of customers stand here, only ids.
create table audit (
  id bigint not null primary key, -- unique over all tables, and growing
  at bigint not null, -- when
  person_id bigint, -- who was signed in; null: nobody
  person text, -- their name at that time
  means text not null, -- person command page key: by which way
  action text not null, -- the name of the route, or of the event
  subject text, -- to what
  detail jsonb not null -- more of it, an object
);
