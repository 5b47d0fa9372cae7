"""Years, quarters and months, as ranges of days. Pure."""
