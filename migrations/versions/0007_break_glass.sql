-- Who asked that a case of another office opens, who agreed, until when, and what a third person found afterwards.
create table emergency_opening (
  id uuid not null,
  agency_id uuid not null,
  case_id uuid not null,
  case_code varchar not null,
  unit_id uuid not null,
  asked_by uuid not null,
  asked_at timestamp with time zone not null,
  reason varchar not null,
  why bytea,
  request bytea not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  until timestamp with time zone,
  approval bytea,
  ended_by uuid,
  ended_at timestamp with time zone,
  reviewed_by uuid,
  reviewed_at timestamp with time zone,
  finding varchar,
  constraint pk_emergency_opening primary key (id),
  constraint ck_emergency_opening_two_people check (decided_by <> asked_by),
  constraint ck_emergency_opening_four_hours check (until <= decided_at + interval '4 hours'),
  constraint ck_emergency_opening_approved check (case when approval is null then until is null else num_nulls(until, decided_by, decided_at) = 0 end),
  constraint ck_emergency_opening_other_reviewer check (reviewed_by <> asked_by and reviewed_by <> decided_by),
  constraint fk_emergency_opening_case_id_case_file foreign key (case_id) references case_file (id) on delete cascade,
  constraint fk_emergency_opening_unit_id_unit foreign key (unit_id) references unit (id),
  constraint fk_emergency_opening_asked_by_member foreign key (asked_by) references member (id),
  constraint fk_emergency_opening_decided_by_member foreign key (decided_by) references member (id),
  constraint fk_emergency_opening_ended_by_member foreign key (ended_by) references member (id),
  constraint fk_emergency_opening_reviewed_by_member foreign key (reviewed_by) references member (id)
);
create index ix_emergency_opening_agency_id_asked_at on emergency_opening (agency_id, asked_at);
create index ix_emergency_opening_live on emergency_opening (asked_by, until) where ended_at is null;

-- What was asked and signed is not changed afterwards, and nothing is taken back.
grant select, insert on emergency_opening to protect_web;
revoke update, delete on emergency_opening from protect_web;
grant update (why, decided_by, decided_at, until, approval, ended_by, ended_at, reviewed_by, reviewed_at, finding)
  on emergency_opening to protect_web;

alter table "emergency_opening" enable row level security;
alter table "emergency_opening" force row level security;
create policy app_select on "emergency_opening" for select using (agency_id = (select app_agency()));
create policy app_insert on "emergency_opening" for insert with check (agency_id = (select app_agency()));
create policy app_update on "emergency_opening" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));
create policy app_delete on "emergency_opening" for delete using (agency_id = (select app_agency()));

-- The database, too, keeps a member whose role works in one office to that office.
create function app_unit() returns uuid language sql stable security definer parallel safe
  set search_path = pg_catalog, pg_temp as $$
  select case when m.role = 'officer' and current_setting('app.reach', true) is distinct from 'agency'
      then coalesce(m.unit_id, '00000000-0000-0000-0000-000000000000'::uuid) end
    from public.session s
    join public.member m on m.id = s.member_id and m.agency_id = s.agency_id
    where s.token_hash = sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'))
      and s.ended_at is null and s.expires_at > now()
$$;
alter function app_unit() owner to protect_owner;
revoke all on function app_unit() from public;
grant execute on function app_unit() to protect_web;
create function app_emergency() returns uuid[] language sql stable security definer parallel safe
  set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(e.case_id), '{}'::uuid[])
    from public.session s
    join public.emergency_opening e on e.asked_by = s.member_id and e.agency_id = s.agency_id
    where s.token_hash = sha256(decode(nullif(current_setting('app.session', true), ''), 'hex'))
      and s.ended_at is null and s.expires_at > now()
      and e.approval is not null and e.ended_at is null
      and e.until > now() and e.until <= now() + interval '4 hours'
$$;
alter function app_emergency() owner to protect_owner;
revoke all on function app_emergency() from public;
grant execute on function app_emergency() to protect_web;

alter policy app_select on "case_file" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()) or id = any ((select app_emergency())::uuid[])));
alter policy app_insert on "case_file" with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_update on "case_file" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()))) with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_delete on "case_file" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_select on "case_compartment" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()) or case_id = any ((select app_emergency())::uuid[])));
alter policy app_insert on "case_compartment" with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_update on "case_compartment" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()))) with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_delete on "case_compartment" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_select on "consent" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()) or case_id = any ((select app_emergency())::uuid[])));
alter policy app_insert on "consent" with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_update on "consent" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()))) with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_delete on "consent" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_select on "search_shard" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_insert on "search_shard" with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_update on "search_shard" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit()))) with check (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
alter policy app_delete on "search_shard" using (agency_id = (select app_agency()) and ((select app_unit()) is null or unit_id = (select app_unit())));
