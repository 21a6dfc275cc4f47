"""``edge``: the commands of the store server."""

from edge.commands.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
