"""Access: API keys are created, listed, rotated and revoked over HTTP. It has no events and no read models."""
