"""Where the pages of the back office lie. Another place in the quiet bar is another row."""

from typing import NamedTuple

from edge.api.cookies import OFFICE

SIGN_IN = f"{OFFICE}/sign-in"
SIGN_OUT = f"{OFFICE}/sign-out"
PAIR = f"{OFFICE}/pair"
OWN_PIN = f"{OFFICE}/own-pin"
CHOOSE_LANGUAGE = f"{OFFICE}/language"
SYNC = f"{OFFICE}/sync"


class Place(NamedTuple):
    """``name``: its word in ``words/everywhere.py``."""

    name: str
    address: str


PLACES = (Place("sync", SYNC),)
HOME = PLACES[0].address
