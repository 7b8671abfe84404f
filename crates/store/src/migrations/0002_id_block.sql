-- Where the next block of ids begins. One row.
create table id_block (
  next bigint not null -- the first id that nobody was given
);
insert into id_block (next) values (1);
