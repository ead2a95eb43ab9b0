-- In a recovery the agency's root supplies a key, and no member.
alter table key_grant alter column supplier_id drop not null;

create table recovery_key (
  id uuid not null,
  agency_id uuid not null,
  number integer not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_recovery_key primary key (id),
  constraint uq_recovery_key_agency_id_number unique (agency_id, number),
  constraint fk_recovery_key_agency_id_agency foreign key (agency_id) references agency (id)
);

create table recovery_copy (
  id uuid not null,
  recovery_key_id uuid not null,
  compartment varchar not null,
  version integer not null,
  holder_id uuid not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_recovery_copy primary key (id),
  constraint fk_recovery_copy_recovery_key_id_recovery_key foreign key (recovery_key_id) references recovery_key (id),
  constraint fk_recovery_copy_holder_id_member foreign key (holder_id) references member (id)
);
create index ix_recovery_copy_recovery_key_id on recovery_copy (recovery_key_id);

create table recovery_acceptance (
  id uuid not null,
  recovery_key_id uuid not null,
  member_id uuid not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_recovery_acceptance primary key (id),
  constraint fk_recovery_acceptance_recovery_key_id_recovery_key foreign key (recovery_key_id)
    references recovery_key (id),
  constraint fk_recovery_acceptance_member_id_member foreign key (member_id) references member (id)
);
create index ix_recovery_acceptance_member_id on recovery_acceptance (member_id);

create table recovery_arrival (
  id uuid not null,
  agency_id uuid not null,
  digest bytea not null,
  content bytea not null,
  arrived_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  applied_at timestamp with time zone,
  stopped_at timestamp with time zone,
  stopped_by uuid,
  constraint pk_recovery_arrival primary key (id),
  constraint uq_recovery_arrival_digest unique (digest),
  constraint fk_recovery_arrival_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_recovery_arrival_stopped_by_member foreign key (stopped_by) references member (id)
);
create index ix_recovery_arrival_agency_id on recovery_arrival (agency_id);

create table member_reset (
  id uuid not null,
  agency_id uuid not null,
  member_id uuid not null,
  asked_by uuid not null,
  asked_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  outcome varchar,
  constraint pk_member_reset primary key (id),
  constraint fk_member_reset_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_member_reset_member_id_member foreign key (member_id) references member (id),
  constraint fk_member_reset_asked_by_member foreign key (asked_by) references member (id)
);
create unique index ix_member_reset_open on member_reset (member_id) where ended_at is null;

-- What arrived is added to; the web role may put a moment to it and takes nothing back.
grant select, insert on recovery_key, recovery_copy, recovery_acceptance, recovery_arrival, member_reset to protect_web;
grant update (applied_at, stopped_at, stopped_by) on recovery_arrival to protect_web;
grant update (ended_at, outcome) on member_reset to protect_web;
