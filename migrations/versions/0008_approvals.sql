-- Who asked that a case is erased or that cases are exported, who agreed, from when until when, and how it ended.
create table approval (
  id uuid not null,
  agency_id uuid not null,
  unit_id uuid,
  kind varchar not null,
  case_id uuid,
  covers integer not null,
  reason varchar not null,
  asked_by uuid not null,
  asked_at timestamp with time zone not null,
  request bytea not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  approval bytea,
  not_before timestamp with time zone,
  until timestamp with time zone,
  ended_by uuid,
  ended_at timestamp with time zone,
  done_at timestamp with time zone,
  constraint pk_approval primary key (id),
  constraint ck_approval_two_people check (decided_by <> asked_by),
  constraint ck_approval_kind check (kind in ('erasure', 'export')),
  constraint ck_approval_one_case check (case_id is not null or kind = 'export'),
  constraint ck_approval_covers check (covers >= 1 and (case_id is null or covers = 1)),
  constraint ck_approval_given check (case when approval is null then num_nonnulls(not_before, until, done_at) = 0 else num_nulls(decided_by, decided_at) = 0 end),
  constraint ck_approval_a_day check (kind <> 'export' or approval is null or (until is not null and not_before >= decided_at and until <= not_before + interval '24 hours')),
  constraint ck_approval_cooled_off check (covers = 1 or approval is null or not_before > decided_at),
  constraint fk_approval_unit_id_unit foreign key (unit_id) references unit (id),
  constraint fk_approval_case_id_case_file foreign key (case_id) references case_file (id),
  constraint fk_approval_asked_by_member foreign key (asked_by) references member (id),
  constraint fk_approval_decided_by_member foreign key (decided_by) references member (id),
  constraint fk_approval_ended_by_member foreign key (ended_by) references member (id)
);
create index ix_approval_agency_id_asked_at on approval (agency_id, asked_at);
create index ix_approval_case_id on approval (case_id);

-- What was asked and signed is not changed afterwards, and nothing is taken back.
grant select, insert on approval to protect_web;
revoke update, delete on approval from protect_web;
grant update (decided_by, decided_at, approval, not_before, until, ended_by, ended_at, done_at) on approval to protect_web;

alter table "approval" enable row level security;
alter table "approval" force row level security;
create policy app_select on "approval" for select using (agency_id = (select app_agency()));
create policy app_insert on "approval" for insert with check (agency_id = (select app_agency()));
create policy app_update on "approval" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));
create policy app_delete on "approval" for delete using (agency_id = (select app_agency()));
