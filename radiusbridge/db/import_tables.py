"""The table of what imports changed, row by row; as `tables`."""

from sqlalchemy import Column, ForeignKey, Integer, Table

from radiusbridge.db.columns import append_only, metadata
from radiusbridge.db.crypt import Encrypted
from radiusbridge.db.types import WIDE

import_row = Table(
    "import_row",
    metadata,
    Column("operation_id", WIDE, ForeignKey("operation.id"), primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    # No foreign key: what was imported is known longer than the customer.
    Column("customer_id", WIDE, nullable=False),
    Column("sealed", Encrypted("import_row.sealed"), nullable=False),
)

append_only(import_row)
