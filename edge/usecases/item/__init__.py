"""Items, looked up as people type and scan."""
