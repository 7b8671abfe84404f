-- Dead letters of a contact, for its erasure: those of runs have no message that they are about.
create index dead_letter_contact on dead_letter ((cast(data ->> 'contact_id' as bigint)))
  where data ->> 'contact_id' is not null;
