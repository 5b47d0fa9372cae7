"""The sales processes: one stream for all pipelines."""
