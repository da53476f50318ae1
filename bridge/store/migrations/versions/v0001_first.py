"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "agreements",
        sa.Column("pair", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("warehouse", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("open_keys", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("pair", "item", "warehouse", "batch", name=op.f("pk_agreements")),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("previous", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("period", TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_counters")),
    )
    op.create_table(
        "episodes",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("pair", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("warehouse", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("remainder", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
    )
    op.create_index(op.f("ix_episodes_pair_state"), "episodes", ["pair", "state"], unique=False)
    op.create_index(
        "uq_episodes_open_position",
        "episodes",
        ["pair", "item", "warehouse", "batch"],
        unique=True,
        sqlite_where=sa.text("NOT (state IN ('cleared', 'closed'))"),
        postgresql_where=sa.text("NOT (state IN ('cleared', 'closed'))"),
    )
    op.create_table(
        "flags",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flags")),
    )
    op.create_table(
        "holds",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("ref", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("pair", TEXT, nullable=False),
        sa.Column("variance", TEXT, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("warehouse", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_ref"), "holds", ["ref"], unique=False)
    op.create_index(op.f("ix_holds_target_state"), "holds", ["target", "state"], unique=False)
    op.create_index(op.f("ix_holds_variance"), "holds", ["variance"], unique=False)
    op.create_index(
        "uq_holds_standing_ref",
        "holds",
        ["target", "ref"],
        unique=True,
        sqlite_where=sa.text("state IN ('active', 'overridden', 'releasing', 'requested', 'unknown')"),
        postgresql_where=sa.text("state IN ('active', 'overridden', 'releasing', 'requested', 'unknown')"),
    )
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "movement_changes",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("change", TEXT, nullable=False),
        sa.Column("document_type", TEXT, nullable=False),
        sa.Column("document_number", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("family", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("warehouse", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("effect", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("counts", sa.SmallInteger(), nullable=False),
        sa.Column("business_time", sa.BigInteger(), nullable=True),
        sa.Column("audited_time", sa.BigInteger(), nullable=True),
        sa.Column("maker", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("counterpart", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement_changes")),
    )
    op.create_index(op.f("ix_movement_changes_source_at"), "movement_changes", ["source", "at"], unique=False)
    op.create_index(op.f("ix_movement_changes_source_key"), "movement_changes", ["source", "key"], unique=False)
    op.create_table(
        "movement_cursors",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_movement_cursors")),
    )
    op.create_table(
        "movements",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("document_type", TEXT, nullable=False),
        sa.Column("document_number", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("family", TEXT, nullable=False),
        sa.Column("item", TEXT, nullable=False),
        sa.Column("warehouse", TEXT, nullable=False),
        sa.Column("batch", TEXT, nullable=False),
        sa.Column("effect", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("counts", sa.SmallInteger(), nullable=False),
        sa.Column("business_time", sa.BigInteger(), nullable=True),
        sa.Column("audited_time", sa.BigInteger(), nullable=True),
        sa.Column("maker", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("counterpart", TEXT, nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.Column("uncounted_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_movements")),
    )
    op.create_index(op.f("ix_movements_item"), "movements", ["item"], unique=False)
    op.create_index(op.f("ix_movements_source_touched_at"), "movements", ["source", "touched_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=True),
        sa.Column("error", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_run"), "outbox", ["run"], unique=False)
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("pair", TEXT, nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("orders", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_state"), "plans", ["state"], unique=False)
    op.create_table(
        "runs",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pair", TEXT, nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("inputs", TEXT, nullable=False),
        sa.Column("result_blob", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_pair_number"), "runs", ["pair", "number"], unique=False)
    op.create_table(
        "slots",
        sa.Column("run_key", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_slots")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("blob", TEXT, nullable=False),
        sa.Column("fetched_to", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("admitted", sa.Boolean(), nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_snapshots_source_id"), "snapshots", ["source", "id"], unique=False)
    op.create_table(
        "baselines",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("schema", TEXT, nullable=False),
        sa.Column("snapshot_id", SERIAL, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_baselines_snapshot_id")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_baselines")),
    )
    op.create_table(
        "run_blobs",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("blob", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name=op.f("fk_run_blobs_run")),
        sa.PrimaryKeyConstraint("run", "blob", name=op.f("pk_run_blobs")),
    )
