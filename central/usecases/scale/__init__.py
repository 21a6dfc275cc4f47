"""How the codes that scales print are built, as a company publishes it."""
