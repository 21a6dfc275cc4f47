"""The stores' journals: taken in, applied, mended, given up."""
