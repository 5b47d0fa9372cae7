"""A person: the accesses to their data, and its erasure."""
