"""Who has which role

Revision ID: sec_0002
Revises: sec_0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "sec_0002"
down_revision: str | Sequence[str] | None = 'sec_0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = 'core_0001'


def upgrade() -> None:
    op.create_table(
        "role_assignments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("role_id", sa.Uuid(), sa.ForeignKey("roles.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("role_assignments")
