"""What head office decides: recorded, and folded into the figures."""
