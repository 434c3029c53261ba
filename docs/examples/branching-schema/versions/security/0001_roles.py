"""Roles and permissions

Revision ID: sec_0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "sec_0001"
down_revision = None
branch_labels = ["security"]
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_table(
        "permissions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("role_id", sa.Uuid(), sa.ForeignKey("roles.id"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("permissions")
    op.drop_table("roles")
