"""The pages for a browser: HTML made on the server from the four services' public HTTP API, and from nothing else."""
