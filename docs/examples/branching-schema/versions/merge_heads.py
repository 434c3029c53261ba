"""Everything together again

Revision ID: merge_0001
Revises: core_0005, settings_0001, sec_0003, sec_0005, audit_0002, sync_0003, sync_0004, bill_0003, flow_0002, tenant_0002
"""

revision = "merge_0001"
down_revision = (
    "core_0005",
    "settings_0001",
    "sec_0003",
    "sec_0005",
    "audit_0002",
    "sync_0003",
    "sync_0004",
    "bill_0003",  # money
    "flow_0002",
    "tenant_0002",
)
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
