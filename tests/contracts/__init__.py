"""Tests of two services together: only these may import both."""
