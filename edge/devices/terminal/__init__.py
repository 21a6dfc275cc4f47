"""The card terminal: what it may be asked, how it is asked, and a simulated one."""
