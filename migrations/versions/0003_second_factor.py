"""Second factors: seeds, passkeys and recovery codes, and notices of their change."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = """
-- Who enrolled before has no second factor and is invited anew; the empty copy opens nothing.
alter table credential add column master bytea not null default ''::bytea;
alter table credential alter column master drop default;

create table factor (
  id uuid not null,
  member_id uuid not null,
  kind varchar not null,
  secret bytea not null,
  handle bytea,
  last bigint default 0 not null,
  slot bytea,
  created_at timestamp with time zone default now() not null,
  used_at timestamp with time zone,
  constraint pk_factor primary key (id),
  constraint uq_factor_handle unique (handle),
  constraint fk_factor_member_id_member foreign key (member_id) references member (id)
);
create index ix_factor_member_id on factor (member_id);

create table notice (
  id uuid not null,
  member_id uuid not null,
  what varchar not null,
  at timestamp with time zone default now() not null,
  constraint pk_notice primary key (id),
  constraint fk_notice_member_id_member foreign key (member_id) references member (id)
);
create index ix_notice_member_id on notice (member_id);

grant select, insert, delete on factor, notice to protect_web;
grant update (last, used_at) on factor to protect_web;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


def downgrade() -> None:
    raise RuntimeError("second factors cannot be taken away; restore a backup instead")
