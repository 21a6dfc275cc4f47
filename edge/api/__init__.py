"""The store's HTTP: parse, one use case, answer; by subject."""
