"""The commands of the store server, by subject."""
