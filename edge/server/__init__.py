"""The store server as a process: application, sockets, and what it does by the clock."""
