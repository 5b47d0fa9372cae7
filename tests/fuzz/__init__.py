"""Whatever is sent: refused with a reason, or taken right; never a fault of ours, and nothing else is harmed."""
