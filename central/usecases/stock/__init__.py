"""What stores' goods are worth."""
