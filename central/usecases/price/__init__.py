"""What it costs, where and from when."""
