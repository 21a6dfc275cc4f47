"""A second edge, written from `sync/PROTOCOL.md` alone: it imports nothing of the project."""
