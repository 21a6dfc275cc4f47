"""Price books: made, priced, and packs with prices of their own."""
