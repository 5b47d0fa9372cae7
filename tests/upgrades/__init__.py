"""Systems as earlier versions left them, brought to this one. `python -m tests.upgrades.keep` stores one more."""
