"""How the store's database is opened, held, written and read."""
