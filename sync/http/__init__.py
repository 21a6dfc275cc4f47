"""How both servers read what arrives over HTTP: one set of rules for bad input."""
