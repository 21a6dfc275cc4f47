"""Questions to the projections."""
