"""Reference data as it arrives."""
