"""The scoring models: one stream for all versions."""
