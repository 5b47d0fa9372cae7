"""The records of one person: how they are found, by aliases and e-mail addresses, and how they are erased together."""
