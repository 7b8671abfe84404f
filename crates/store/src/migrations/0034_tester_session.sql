-- Phones that may become testers of a sender for a day, by sending a code to it.
create table tester_session (
  id {id}, -- our number
  account text not null, -- whose it is
  sender_id bigint not null, -- the number that the code is sent to
  phone text not null, -- whose code it is: + and digits
  code text not null, -- what the phone sends
  created_at bigint not null, -- when
  activated_at bigint, -- when the phone sent it; null: it has not
  expires_at bigint not null -- from then on neither the code nor the session counts
);
create index tester_session_account on tester_session (account, id);
create index tester_session_code on tester_session (sender_id, code);
