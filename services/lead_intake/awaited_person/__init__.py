"""A person whom deliveries mention and nobody has captured yet. The deliveries wait in quarantine."""
