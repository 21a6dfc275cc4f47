"""The only SQL of the store, by subject."""
