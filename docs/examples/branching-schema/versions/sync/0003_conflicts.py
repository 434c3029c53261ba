"""Changes that contradict each other

Revision ID: sync_0003
Revises: sync_0002
"""

import sqlalchemy as sa
from alembic import op

revision = "sync_0003"
down_revision = 'sync_0002'
branch_labels = None
depends_on = ('core_0003',)


def upgrade() -> None:
    op.create_table(
        "sync_conflicts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("change_set_id", sa.Uuid(), sa.ForeignKey("change_sets.id"), nullable=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("documents.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sync_conflicts")
