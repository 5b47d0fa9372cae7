"""The mechanism: what every service stands on, and no service is known here."""
