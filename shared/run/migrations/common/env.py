"""Runs the revisions beside it in the connection and schema that `shared.run.schema` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema=context.config.attributes["schema"])
context.run_migrations()
