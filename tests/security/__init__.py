"""Tests of rights, limits and personal data."""
