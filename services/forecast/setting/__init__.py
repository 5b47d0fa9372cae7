"""The business settings: currency, time zone and calendar, dated. One stream for all of them."""
