"""What a PIN is: 4 to 8 digits, none of those that everybody tries first."""

PIN_DIGITS_MIN = 4
PIN_DIGITS_MAX = 8
PIN_PATTERN = rf"\A[0-9]{{{PIN_DIGITS_MIN},{PIN_DIGITS_MAX}}}\Z"
_UP = "01234567890"
_RUNS = (_UP, _UP[::-1])


def is_trivial(pin: str) -> bool:
    """All digits alike, or a run up or down, over nine and nought as well: 7777, 1234, 8901."""
    return len(set(pin)) == 1 or any(pin in run + run[1:] for run in _RUNS)
