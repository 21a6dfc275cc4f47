"""Head office: takes in every receipt once, and proves it."""
