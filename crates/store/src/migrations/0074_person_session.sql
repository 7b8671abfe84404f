-- Browsers in which a person is signed in.
create table person_session (
  hash text not null primary key, -- SHA-256 of the cookie, in hex
  person_id bigint not null, -- whose
  created_at bigint not null, -- when they signed in
  seen_at bigint not null -- when it was last used
);
create index person_session_person on person_session (person_id);
