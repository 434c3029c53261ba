"""What a tenant may use

Revision ID: tenant_0002
Revises: tenant_0001
"""

import sqlalchemy as sa
from alembic import op

revision = "tenant_0002"
down_revision = 'tenant_0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("limits", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "limits")
