"""Tags, beside the documents

Revision ID: core_0004
Revises: core_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("tags")
