"""What is looked at when somebody asks how head office is: each check by its subject."""
