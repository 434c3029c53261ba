"""How long the log is kept

Revision ID: audit_0002
Revises: audit_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "audit_0002"
down_revision = 'audit_0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_retention",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("days", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_retention")
