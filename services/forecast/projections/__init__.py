"""Read models: each file has a table, how events change it, and what is read of it."""
