"""Publications: a publisher signs what is published, and nothing else is shown as that."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SQL = """
create table publication (
  release_id uuid not null,
  member_id uuid not null,
  statement bytea not null,
  constraint pk_publication primary key (release_id),
  constraint fk_publication_release_id_release foreign key (release_id) references release (id),
  constraint fk_publication_member_id_member foreign key (member_id) references member (id)
);
create index ix_publication_member_id on publication (member_id);
grant select, insert on publication to protect_web;
revoke update, delete on publication from protect_web;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


def downgrade() -> None:
    raise RuntimeError("what publishers signed would be lost; restore a backup instead")
