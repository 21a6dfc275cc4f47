"""Why the rows of a set of events cannot be kept."""


class Unwritable(Exception):
    """The rows of a set of events cannot be kept: a value out of range, a key taken, a text that
    the database refuses. Nothing of the set was kept; ``str()`` says why."""
