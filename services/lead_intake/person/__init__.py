"""A person: who looked at their data, and that it was erased."""
