"""Measures of the pipeline: how their figures follow from counts and sums. No I/O."""
