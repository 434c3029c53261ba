"""Runs of workflows

Revision ID: flow_0002
Revises: flow_0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "flow_0002"
down_revision: str | Sequence[str] | None = 'flow_0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = 'core_0005'


def upgrade() -> None:
    op.create_table(
        "workflow_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("workflow_id", sa.Uuid(), sa.ForeignKey("workflows.id"), nullable=False),
        sa.Column("document_id", sa.Uuid(), sa.ForeignKey("documents.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("workflow_runs")
