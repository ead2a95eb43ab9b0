"""Recovery: keys of ceremonies, copies sealed to them, what custodians sent back, and members who are reset."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    raise RuntimeError("copies for the custodians are not thrown away; restore a backup instead")
