-- Runs of whose messages the platform refused one, by its code. Few messages have a code, so the index is small.
create index outbound_error on outbound (error_code, conversation_id, run) where error_code is not null;
