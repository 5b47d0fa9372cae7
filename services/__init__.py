"""The services. None imports another: they exchange events through the log."""
