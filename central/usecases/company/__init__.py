"""A company and head office's own key."""
