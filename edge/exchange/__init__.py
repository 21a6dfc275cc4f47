"""The line to head office: rounds of sending and fetching, and why it is away."""
