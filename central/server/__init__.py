"""Head office as a process: application and what it does by the clock."""
