"""Tagged documents: the two core branches meet again

Revision ID: core_0005
Revises: core_0003, core_0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "core_0005"
down_revision: str | Sequence[str] | None = ("core_0003", "core_0004")
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "document_tags",
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("tag_id", sa.Uuid(), sa.ForeignKey("tags.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("document_tags")
