"""Measures of the pipeline: what is asked, and how the figures follow from counts and sums. No I/O."""
