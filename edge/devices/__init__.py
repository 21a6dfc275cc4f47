"""What stands on the counter beside the box."""
