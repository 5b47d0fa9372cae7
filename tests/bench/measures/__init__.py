"""The measures: a module for each, with ours, the baseline, and the count of the rows."""
