"""The business day: opened, closed, opened again."""
