"""What is printed: blocks that say what stands there, and what each kind of paper makes of them."""
