"""A QR code as characters, for a terminal."""

import io


def qr_lines(text: str) -> list[str]:
    """The code's lines, two of its rows each."""
    import segno

    drawn = io.StringIO()
    segno.make(text, error="l").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().splitlines()
