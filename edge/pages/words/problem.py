"""What a refusal's page says beside the refusal's own words; and what to do about one whose own
remedy is for programs, by its slug."""

import re
from types import MappingProxyType

from edge.domain.in_chinese import REFUSALS
from edge.pages.words.language import Said

back = "Back", "返回"
to_sign_in = "Sign in as somebody else", "以其他人身份登录"
NOT_FOR_PEOPLE = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /|\b[a-z]+_[a-z_]+\b")
ask_somebody = (
    "Load the page again. If it stays so, ask whoever looks after the store box.",
    "请重新载入本页。若一直如此，请联系负责店内主机的人。",
)
_IN_ENGLISH = MappingProxyType(
    {
        "business-day-closed": "Open it again if it was closed by mistake, or open another day.",
        "business-day-far": "Check the date and the clock. If it is meant, a manager says why.",
        "business-day-open-already": "Close that day first.",
        "business-day-too-early": (
            "Check the date and the clock. If it is meant, a manager says why."
        ),
        "not-paired": ("Enter again from the till's menu, or pair this device with a new code."),
        "override-needed": "Ask somebody who may do it.",
        "pairing-refused": (
            "Make a new code at the store box: `edge pair` with the name and --office."
        ),
        "permission-needed": "Somebody who may do it signs in here.",
        "request-id-reused": (
            "This form was sent before with something else in it. Load the page anew, look at what"
            " was done, and fill it in again if it is meant as well."
        ),
        "sign-in-refused": (
            "Type it again. After some wrong ones there is a wait; a manager can unlock you."
        ),
        "tills-open": "Count and settle each of them at its own till, then close the day.",
        "unknown-business-day": "Choose a day that was opened.",
    }
)


def remedy(slug: str, own: str) -> Said:
    """For a person at a page; ``own``: the refusal's, in the store box's words."""
    english, chinese = ask_somebody if NOT_FOR_PEOPLE.search(own) else (own, own)
    known = REFUSALS.get(slug)
    return _IN_ENGLISH.get(slug, english), chinese if known is None else known.remedy
