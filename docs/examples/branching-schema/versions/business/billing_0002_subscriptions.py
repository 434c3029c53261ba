"""Subscriptions of accounts

Revision ID: bill_0002
Revises: bill_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "bill_0002"
down_revision = 'bill_' '0001'
branch_labels = None
depends_on = 'core'


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("plans.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("subscriptions")
