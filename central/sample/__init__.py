"""A believable small chain to try things with: the same for one seed, nobody's own."""
