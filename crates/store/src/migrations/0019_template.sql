-- The catalogue of each sender.
create table template (
  id {id}, -- our number, or the one that the configuration gives
  sender_id bigint not null, -- whose
  name text not null, -- as the provider knows it
  language text not null, -- exactly as the provider spells it
  category text not null, -- marketing utility authentication
  status text not null, -- approved pending rejected paused disabled
  data jsonb not null, -- model::template::Template
  source text not null, -- who said so last: config, catalogue or webhook
  updated_at bigint not null, -- when
  unique (sender_id, name, language)
);
