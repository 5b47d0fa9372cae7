"""`--guess`: a first mapping of deals, from a file's header and its first values, for its user to correct."""
