"""A request that writes: answered once."""
