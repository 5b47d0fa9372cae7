"""The organisation: people and units in one tree, dated. One stream for the whole, since its rules need all of it."""
