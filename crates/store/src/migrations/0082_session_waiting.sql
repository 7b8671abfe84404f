-- Conversations that wait for a person: marked as needing one, or handed over while nobody has taken them yet.
alter table session add column waiting_since bigint; -- since when; null: nobody is waited for
update session set waiting_since = case
    when person_since is null then needs_person_at
    when data -> 'person' ->> 'agent' is null
      and cast(data -> 'person' ->> 'last_word' as bigint) = person_since
      and (data -> 'person' ->> 'flow' is not null or data -> 'person' ->> 'team' is not null) then person_since
  end
  where person_since is not null or needs_person_at is not null;
create index session_waiting on session (waiting_since, conversation_id) where waiting_since is not null;
