"""What Alembic runs: the versions still missing, on the connection and in the transaction that it was given."""

from alembic import context

from supervision_kit.workspace.schema import VERSION_TABLE, tables

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables, version_table=VERSION_TABLE
)
context.run_migrations()
