"""The sale: quoted, completed, given up, looked up."""
