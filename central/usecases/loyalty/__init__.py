"""The loyalty programme: tiers, what multiplies points, points that are given and that run out."""
