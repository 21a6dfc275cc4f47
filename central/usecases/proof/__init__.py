"""What head office can prove: verified against the journals, rebuilt from them."""
