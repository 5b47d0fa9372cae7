"""What was spent on marketing and sales. One stream for each entry, with its corrections."""
