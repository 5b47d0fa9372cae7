"""A sales opportunity (deal): one stream each."""
