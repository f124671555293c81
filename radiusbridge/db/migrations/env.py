"""What Alembic runs: the revisions, in the transaction of the connection that `radiusbridge.db.schema` hands over."""

from alembic import context

from radiusbridge.db.schema import VERSION_TABLE, every_table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=every_table(),
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
