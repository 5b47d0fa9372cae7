"""Intake's settings: the reasons for which deliveries in quarantine are discarded."""
