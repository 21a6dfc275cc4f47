"""The stores' journals as head office keeps them: the port, and PostgreSQL behind it."""
