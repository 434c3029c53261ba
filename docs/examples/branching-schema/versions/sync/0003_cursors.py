"""How far each device has come

Revision ID: sync_0004
Revises: sync_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "sync_0004"
down_revision = 'sync_0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sync_cursors",
        sa.Column("device_id", sa.Uuid(), sa.ForeignKey("devices.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sync_cursors")
