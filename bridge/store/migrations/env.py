"""Alembic's entry: migrations run on the connection, and inside the transaction, that schema.migrate hands over."""

from alembic import context

from bridge.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
