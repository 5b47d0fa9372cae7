"""Mappings: YAML files that say which columns an export has and how its cells are written."""
