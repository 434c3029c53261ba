"""Workflows

Revision ID: flow_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "flow_0001"
down_revision = None
branch_labels = ("workflow",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "workflows",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("workflows")
