"""Deliveries and posts of forms become captures, activities, erasures, or entries of the quarantine."""
