"""What the box notes about itself."""
