"""One head office at work: its settings, its address, what its parts share."""
