"""One store at work: what its folder holds, what it knows about now, who may speak to it."""
