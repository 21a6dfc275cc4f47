"""Users and operators: added, signed in, ended."""
