"""What the pages of people say: operators at the stores, users and acts at head office."""

from central.pages.words.account import roles as user_roles
from central.reports.people import Act, LastSignIn
from central.usecases.people.operators import OperatorLine

title = "People"
operators = "Operators"
acts = "What they did"
users = "Users of head office"
audit = "Audit"

name = "Name"
operator_id = "Id"
operator_id_hint = "Short and lasting, such as O01"
role = "Role"
pin = "PIN"
last = "Last sign-in"
long_ago = "not in 90 days"
ended = "works no more"
none_yet = "Nobody works at the stores yet."
add = "Add an operator"
add_button = "Add"
add_hint = "They get a PIN to begin with, shown once; the first sign-in asks for one of their own."

pin_once = (
    "Their PIN to begin with. It is shown now and never again; stores know it in a few seconds."
)
new_pin = "Give a new starting PIN"
new_pin_hint = "The PIN of before opens nothing any more."
change = "Name and role"
save = "Save"
retire = "Let them work no more"
bring_back = "Let them work again"
telephone = "Locked out, in a shop without a line"
telephone_hint = (
    "They read the eight digits on the till to you; you read eight back. They open this lock once."
)
challenge = "Digits on the till"
answer_button = "Make the answer"
answer = "Read this out. It lets them in once, within 15 minutes:"

everything = "Everything"
any_store = "Any store"
anybody = "Anybody"
show = "Show"
nothing = "Nothing was done, or nothing of it has arrived."
when = "When"
what = "What"
who = "Who"
why = "Why"
first = "To the newest"
older = "Older"

email = "E-mail"
may = "May"
state = "State"
active = "active"
deactivated = "deactivated"
codes = "codes"
no_codes = "no codes"
sessions = "Sessions"
link_once = "This link signs them in once, within 72 hours. It is shown now and never again:"
add_user = "Add a user"
add_user_hint = "They come in by a link, and set a password."
make_link = "Add, and make the link"
do = "Do"
deactivate = "Deactivate"
activate = "Activate"
reset = "Reset password and codes"
sign_out = "Sign out everywhere"
set_role = "Set"
roles = user_roles
whose = "To whom or what"
detail = "More"

ACTS = {
    "overrides": ("override_given", "override_refused"),
    "failures": ("sign_in_failed",),
    "locks": ("locked_out", "unlocked", "unlocked_by_head_office"),
    "sign_ins": ("signed_in", "signed_out"),
    "pins": ("pin_set", "starting_pin_given"),
    "removals": ("lines_removed", "basket_cancelled"),
    "drawers": ("no_sale",),
    "prices": ("price_override",),
}
"""Choices of the list: acts by what they are about."""
kinds = {
    "overrides": "Overrides",
    "failures": "Failed sign-ins",
    "locks": "Locks and unlocks",
    "sign_ins": "Sign-ins",
    "pins": "PINs set",
    "removals": "Taken out before payment",
    "drawers": "Drawers opened",
    "prices": "Prices set by hand",
}
_SAID = {
    "signed_in": ("green", "signed in"),
    "signed_out": ("none", "signed out"),
    "sign_in_failed": ("amber", "sign-in failed"),
    "locked_out": ("red", "locked out"),
    "unlocked": ("green", "unlocked"),
    "unlocked_by_head_office": ("green", "unlocked by head office"),
    "pin_set": ("none", "set a PIN"),
    "starting_pin_given": ("amber", "given a PIN to begin with"),
    "override_given": ("amber", "override"),
    "override_refused": ("red", "override refused"),
    "lines_removed": ("amber", "lines taken out"),
    "basket_cancelled": ("red", "basket cancelled"),
    "no_sale": ("amber", "opened the drawer"),
    "price_override": ("amber", "set a price"),
}


def colour(act: Act) -> str:
    """Of its badge."""
    return _SAID.get(act.act, ("none", ""))[0]


def act_said(act: Act) -> str:
    """In a word or two; one of a later version as it calls itself."""
    return _SAID.get(act.act, ("", act.act.replace("_", " ")))[1]


def noted(act: str) -> str:
    """An act at head office, in words."""
    return act.replace("_", " ")


def pin_state(line: OperatorLine) -> str:
    """Whether they can sign in."""
    return line.pin_said if line.operator.active else ended


def seen_at(seen: LastSignIn | None, said: str) -> str:
    """Where and how long ago."""
    return f"{seen.store_code}, {said}" if seen else long_ago


def by(name: str) -> str:
    """Who allowed or unlocked it."""
    return f"by {name}"
