"""A suppression: what an address told us before anybody was known by it. It holds when the person comes."""
