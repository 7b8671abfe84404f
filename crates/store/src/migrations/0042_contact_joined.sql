-- From a contact to those who were found to be the same person: their histories belong together.
create index contact_joined on contact ((cast(data ->> 'joined_to' as text)))
  where data ->> 'joined_to' is not null;
