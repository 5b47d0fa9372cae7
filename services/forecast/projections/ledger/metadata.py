"""The tables of the ledger belong together: they are made, rebuilt and compared as one."""

from sqlalchemy import MetaData

ledger_tables = MetaData()
