"""The till: opened and settled."""
