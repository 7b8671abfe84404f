-- Runs that went wrong, newest first; those that ended well are most of the table and stay out of the index.
create index run_bad on run (outcome, id) where outcome = 'failed' or outcome = 'undelivered' or outcome = 'refused';
