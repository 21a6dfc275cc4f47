"""Reference data: published, sequenced, read by boxes."""
