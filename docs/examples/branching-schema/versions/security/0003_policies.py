"""Policies of roles

Revision ID: sec_0004
Revises: sec_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "sec_0004"
down_revision = 'sec_0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("role_id", sa.Uuid(), sa.ForeignKey("roles.id"), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("policies")
