"""Keys for programs, below the policies

Revision ID: sec_0005
Revises: sec_0004
"""

import sqlalchemy as sa
from alembic import op

revision = "sec_0005"
down_revision = 'sec_0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("api_keys")
