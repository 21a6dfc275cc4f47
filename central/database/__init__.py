"""Which PostgreSQL, and the embedded one: started, kept, stopped."""
