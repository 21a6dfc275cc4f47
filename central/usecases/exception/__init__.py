"""What a person does about an exception where it stands."""
