"""A suppression: a refusal of an address that belongs to no known person yet. It counts once the person is known."""
