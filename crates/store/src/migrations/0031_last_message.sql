-- The newest message of a contact is the newest of its conversations; nothing ever wrote it here.
alter table contact drop column last_message_at;
