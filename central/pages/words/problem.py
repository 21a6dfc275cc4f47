"""What a refusal's page says beside the refusal's own words."""

to_the_board = "To the board"
