"""Somebody of whom deliveries say something, and whom nobody has captured yet. The deliveries wait in quarantine."""
