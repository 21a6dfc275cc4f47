"""Commands of head office by subject; ``central/cli.py`` puts them together."""
