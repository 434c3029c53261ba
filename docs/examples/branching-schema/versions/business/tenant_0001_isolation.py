"""Every account is a tenant of its own

Revision ID: tenant_0001
Revises: core_0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "tenant_0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = ("tenant",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("tenant_id", sa.Uuid(), nullable=True))
    op.add_column("documents", sa.Column("tenant_id", sa.Uuid(), nullable=True))
    op.create_index("ix_documents_tenant", "documents", ["tenant_id"])


def downgrade() -> None:
    op.drop_index("ix_documents_tenant", table_name="documents")
    op.drop_column("documents", "tenant_id")
    op.drop_column("accounts", "tenant_id")
