"""An operator's commands on the store and the log: tables, roles, keys, backups, rebuilds."""
