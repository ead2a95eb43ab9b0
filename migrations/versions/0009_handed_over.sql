-- What was handed over to a member, told until it is seen; names of other agencies that registrars met; how much there
-- is to seal anew in a renewal.
create table handed_over (
  id uuid not null,
  agency_id uuid not null,
  member_id uuid not null,
  kind varchar not null,
  number integer not null,
  at timestamp with time zone not null,
  constraint pk_handed_over primary key (id),
  constraint fk_handed_over_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_handed_over_member_id_member foreign key (member_id) references member (id)
);
create index ix_handed_over_member_id on handed_over (member_id);
grant select, insert, delete on handed_over to protect_web;

create table name_try (
  id uuid not null,
  agency_id uuid not null,
  at timestamp with time zone not null,
  constraint pk_name_try primary key (id),
  constraint fk_name_try_agency_id_agency foreign key (agency_id) references agency (id)
);
create index ix_name_try_agency_id on name_try (agency_id);
grant select, insert on name_try to protect_web;

alter table key_rotation add column total integer;
