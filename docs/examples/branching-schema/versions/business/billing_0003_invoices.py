"""Invoices

Revision ID: bill_0003
Revises: bill_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "bill_0003"
down_revision = 'bill_0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("subscription_id", sa.Uuid(), sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("invoices")
