"""Head office's pages: the board and what lies behind its figures."""
