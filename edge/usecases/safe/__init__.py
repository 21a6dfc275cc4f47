"""The safe: counted, and taken to the bank."""
