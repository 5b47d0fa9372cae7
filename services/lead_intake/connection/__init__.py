"""A connection: the address at which one vendor's webhooks arrive, with the settings that say how to read them."""
