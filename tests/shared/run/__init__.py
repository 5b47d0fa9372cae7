"""The life and death of a process."""
