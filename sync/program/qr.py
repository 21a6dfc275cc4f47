"""A QR code as characters, for a terminal, and as a path, for a page."""

import io


def qr_lines(text: str) -> list[str]:
    """The code's lines, two of its rows each."""
    import segno

    drawn = io.StringIO()
    segno.make(text, error="l").terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue().splitlines()


def qr_path(text: str) -> tuple[int, str]:
    """Modules on a side, four of them blank around the code, and the dark ones as an SVG path."""
    import segno

    rows = tuple(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_MODULES))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return len(rows), "".join(dark)


QUIET_MODULES = 4
"""Blank around the code (ISO/IEC 18004, 9.1)."""
