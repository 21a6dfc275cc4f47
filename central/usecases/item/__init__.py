"""What a company sells."""
