"""The services; none knows another, what they tell each other goes through the log."""
