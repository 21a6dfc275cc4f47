"""What people decide of a store's day."""
