"""Read models: table, apply and query on one screen each."""
