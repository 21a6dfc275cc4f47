"""Workstations: paired and taken away."""
