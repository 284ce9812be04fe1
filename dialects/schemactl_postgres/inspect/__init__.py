"""The live catalog of a Postgres database, read in one round of bulk queries, however many tables there are."""

from schemactl_postgres.inspect.catalog import inspect

__all__ = ["inspect"]
