"""Alembic's way in: the connection is handed over by `router.ledger.install`."""

from alembic import context

from router.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
