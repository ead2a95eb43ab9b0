-- A grant of before names nobody who authorised it, and the root signed no roll of registrars.
do $$ begin
  if exists (select 1 from key_grant) then
    raise exception 'this instance has keys that were granted before registrars certified: begin a new instance';
  end if;
end $$;

alter table invitation add issued_by uuid;
alter table invitation add constraint fk_invitation_issued_by_member foreign key (issued_by) references member (id);

-- Whoever was certified before was invited by the root, and is in force.
alter table certificate add issued_by uuid;
alter table certificate add constraint fk_certificate_issued_by_member foreign key (issued_by) references member (id);
alter table certificate add in_force_at timestamp with time zone;
update certificate set in_force_at = created_at;

alter table key_state add succession bytea;
alter table key_state add carried bytea;

create table roll (
  id uuid not null,
  agency_id uuid not null,
  version integer not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  in_force_at timestamp with time zone,
  constraint pk_roll primary key (id),
  constraint uq_roll_agency_id_version unique (agency_id, version),
  constraint fk_roll_agency_id_agency foreign key (agency_id) references agency (id)
);

create table confirmation (
  id uuid not null,
  agency_id uuid not null,
  registrar_id uuid not null,
  subject bytea not null,
  roll integer not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_confirmation primary key (id),
  constraint uq_confirmation_subject_registrar_id_roll unique (subject, registrar_id, roll),
  constraint fk_confirmation_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_confirmation_registrar_id_member foreign key (registrar_id) references member (id)
);
create index ix_confirmation_registrar_id on confirmation (registrar_id);

create table revocation (
  id uuid not null,
  agency_id uuid not null,
  member_id uuid not null,
  invitation_id uuid,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_revocation primary key (id),
  constraint fk_revocation_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_revocation_member_id_member foreign key (member_id) references member (id),
  constraint fk_revocation_invitation_id_invitation foreign key (invitation_id) references invitation (id)
);
create index ix_revocation_member_id on revocation (member_id);

create table upheld (
  id uuid not null,
  agency_id uuid not null,
  member_id uuid not null,
  registrar_id uuid not null,
  statement bytea not null,
  created_at timestamp with time zone default now() not null,
  constraint pk_upheld primary key (id),
  constraint fk_upheld_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_upheld_member_id_member foreign key (member_id) references member (id),
  constraint fk_upheld_registrar_id_member foreign key (registrar_id) references member (id)
);
create index ix_upheld_member_id on upheld (member_id);

create table key_rotation (
  id uuid not null,
  agency_id uuid not null,
  compartment varchar not null,
  version integer not null,
  started_by uuid not null,
  started_at timestamp with time zone not null,
  known_since timestamp with time zone,
  settled boolean not null,
  stage integer not null,
  cursor uuid,
  done integer not null,
  left_behind uuid[] not null,
  replaced_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint pk_key_rotation primary key (id),
  constraint uq_key_rotation_agency_id_compartment_version unique (agency_id, compartment, version),
  constraint fk_key_rotation_agency_id_agency foreign key (agency_id) references agency (id),
  constraint fk_key_rotation_started_by_member foreign key (started_by) references member (id)
);

grant select, insert, update, delete on roll, confirmation, revocation, upheld, key_rotation to protect_web;

-- What was signed is added to; the web role may put a moment to it and takes nothing back.
revoke update, delete on roll, confirmation, revocation, upheld from protect_web;
grant update (in_force_at) on roll to protect_web;
grant delete on roll to protect_web;
revoke update, delete on key_state from protect_web;
grant update (succession) on key_state to protect_web;
