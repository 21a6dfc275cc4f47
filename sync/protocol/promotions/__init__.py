"""What lowers the price of a basket: each kind of promotion a file, all of them in one list."""
