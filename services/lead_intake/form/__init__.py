"""A form: how posts from one of the owner's public pages are read, and which of them are suspicious."""
