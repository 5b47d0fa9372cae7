"""Tests of what the code promises, on the real parts."""
