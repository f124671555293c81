"""What Alembic runs: the revisions, in the transaction of the connection that `radiusbridge.db.schema` hands over."""

from alembic import context

from radiusbridge.db.columns import metadata
from radiusbridge.db.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
