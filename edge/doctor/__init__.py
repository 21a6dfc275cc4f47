"""What is looked at when somebody asks how a box is: each check by its subject, all in one list."""
