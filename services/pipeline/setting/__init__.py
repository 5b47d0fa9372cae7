"""Pipeline's settings: reasons, which are set here, and the business time zone and calendar, copied from forecast."""
