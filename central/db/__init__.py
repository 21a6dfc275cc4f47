"""Head office's tables and connections."""
