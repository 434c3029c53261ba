"""Settings, which need nothing

Revision ID: settings_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "settings_0001"
down_revision = None
branch_labels = "settings"
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("settings")
