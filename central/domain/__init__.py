"""Head office's rules and refusals: pure."""
