"""What a deal's events post to the accounts, and what balances say for a node of the organisation. Pure."""
