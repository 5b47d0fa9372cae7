"""The rules of the ledger: what a deal's events post, and what the postings add up to for a node. Pure."""
