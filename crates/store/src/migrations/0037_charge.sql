-- What came in for an account whose messages cost something, in ten-thousandths of its currency.
create table fund (
  id {id}, -- our number
  account text not null, -- name of the account in the configuration
  amount bigint not null, -- what came in; below 0: taken out
  by text not null, -- opening (the configuration's balance), operator
  note text not null, -- what somebody wrote beside it
  at bigint not null -- when
);
create unique index fund_opening on fund (account) where by = 'opening';
create index fund_account on fund (account, id);
-- What a message costs: reserved before it is put on the wire, settled when it arrived, returned when it failed.
create table charge (
  outbound_id {id}, -- the message
  account text not null, -- who pays
  state text not null, -- reserved settled returned
  amount bigint not null, -- in ten-thousandths; of a returned one what was reserved
  category text not null, -- marketing utility authentication service
  country text not null, -- of the recipient, ISO 3166; empty where unknown
  at bigint not null, -- when it was reserved
  ended_at bigint -- when it was settled or returned; null: it is reserved
);
create index charge_sum on charge (account, state, amount);
create index charge_account on charge (account, outbound_id);
create index charge_open on charge (outbound_id) where state = 'reserved';
