"""``edge`` on the command line."""

from edge.commands.cli import app


def main() -> None:
    """Run the command that was asked for."""
    app()


if __name__ == "__main__":
    main()
