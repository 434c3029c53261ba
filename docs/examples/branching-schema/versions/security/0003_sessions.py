"""Sessions

Revision ID: sec_0003
Revises: sec_0002
"""

import sqlalchemy as sa
from alembic import op

sessions_after = "sec_0002"
revision = "sec_0003"
down_revision = sessions_after
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sessions")
