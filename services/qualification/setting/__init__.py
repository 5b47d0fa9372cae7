"""Qualification's settings: reasons, set here, and the business time zone and calendar, copied from forecast."""
