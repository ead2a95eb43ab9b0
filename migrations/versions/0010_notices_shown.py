"""Notices of sign-in: when each was shown first, so that its week begins then."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = """
alter table notice add column shown_at timestamp with time zone;
grant update (shown_at) on notice to protect_web;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


def downgrade() -> None:
    raise RuntimeError("what was shown to whom would be forgotten; restore a backup instead")
