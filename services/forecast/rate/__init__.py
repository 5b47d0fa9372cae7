"""Exchange rates, dated: of a day, or the planned one of a fiscal year. One stream for a currency and year."""
