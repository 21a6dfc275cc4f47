"""What store and head office agree on. Imports neither of them."""
