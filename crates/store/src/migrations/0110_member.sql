-- The daemons that share this database on Postgres: one is active, the others stand by. Empty on SQLite.
create table member (
  id {serial}, -- one for each session that a daemon begins, never used again
  name text not null, -- its machine and process, for people
  address text not null, -- the URL at which the other members reach it; empty: it has none
  network text not null, -- the network stack in which an address of loopback leads to it; empty: unknown
  version text not null, -- its version of transom
  since bigint not null, -- when it joined
  active_since bigint -- when it took the work over; null: it stands by
);
