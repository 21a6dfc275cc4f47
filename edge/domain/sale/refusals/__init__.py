"""What is refused about a sale or return, by subject; ``field`` is the path in the request."""
