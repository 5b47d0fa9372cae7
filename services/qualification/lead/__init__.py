"""A lead: one stream each, under the id that intake gave it."""
