"""The organisation: one dated tree of people and units. It is one stream, because each of its rules needs all of it."""
