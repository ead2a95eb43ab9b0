"""Step-up: what of a session closes again after ten minutes, and by what its owner knows it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = """
alter table session add column open_keys bytea;
alter table session add column open_until timestamp with time zone;
alter table session add column asleep bytea;
alter table session add column step_key boolean not null default false;
alter table session add column wrong integer not null default 0;
alter table session add column device varchar not null default '';
alter table session alter column step_key drop default;
alter table session alter column wrong drop default;
alter table session alter column device drop default;

-- Sessions of before hold everything for their whole life, in one blob that is not read any more.
update session set ended_at = coalesce(ended_at, now()), keys = null;

create index ix_session_live on session (seen_at) where ended_at is null;
create index ix_session_open on session (open_until) where open_until is not null;
create index ix_session_step_key on session (ended_at) where step_key;

create table opened_person (
  member_id uuid not null,
  mark bytea not null,
  agency_id uuid not null,
  at timestamp with time zone not null,
  constraint pk_opened_person primary key (member_id, mark),
  constraint fk_opened_person_member_id_member foreign key (member_id) references member (id)
);
create index ix_opened_person_at on opened_person (at);

create table opening_notice (
  id uuid not null,
  agency_id uuid not null,
  member_id uuid not null,
  kind varchar not null,
  at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by uuid,
  constraint pk_opening_notice primary key (id),
  constraint fk_opening_notice_member_id_member foreign key (member_id) references member (id),
  constraint fk_opening_notice_ended_by_member foreign key (ended_by) references member (id)
);
create index ix_opening_notice_member_id on opening_notice (member_id);
create index ix_opening_notice_agency_id_at on opening_notice (agency_id, at);

grant select, insert, delete on opened_person, opening_notice to protect_web;
grant update (ended_at, ended_by) on opening_notice to protect_web;

alter table "opened_person" enable row level security;
alter table "opened_person" force row level security;
create policy app_select on "opened_person" for select using (agency_id = (select app_agency()));
create policy app_insert on "opened_person" for insert with check (agency_id = (select app_agency()));
create policy app_update on "opened_person" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));
create policy app_delete on "opened_person" for delete using (agency_id = (select app_agency()));
alter table "opening_notice" enable row level security;
alter table "opening_notice" force row level security;
create policy app_select on "opening_notice" for select using (agency_id = (select app_agency()));
create policy app_insert on "opening_notice" for insert with check (agency_id = (select app_agency()));
create policy app_update on "opening_notice" for update using (agency_id = (select app_agency())) with check (agency_id = (select app_agency()));
create policy app_delete on "opening_notice" for delete using (agency_id = (select app_agency()));
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


def downgrade() -> None:
    raise RuntimeError("sessions of before cannot be had again; restore a backup instead")
