"""What arrives becomes captures, activities, erasures, or entries of the quarantine."""
