"""What is measured: a module each, with what is ours, what the baseline is, and how the rows are counted."""
