"""What tills kept of finished sales: offered, and given back to a box that lacks it."""
