"""Pipeline: opportunities, their stages and their history."""
