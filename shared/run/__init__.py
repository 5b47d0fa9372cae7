"""The life and death of a process, and what it runs on."""
