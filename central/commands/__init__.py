"""The commands of head office, by subject."""
