"""Files of goods and customers as people have them: what their columns mean, what their cells say,
what they would change. Nothing here reads a file or a database."""
