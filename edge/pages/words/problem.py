"""What a refusal's page says beside the refusal's own words; and what to do about one whose own
remedy is for programs, by its slug."""

import re
from types import MappingProxyType

from edge.pages.words.language import Said
from edge.pages.words.refusals import REFUSALS

back = "Back", "返回"
to_sign_in = "Sign in as somebody else", "以其他人身份登录"
NOT_FOR_PEOPLE = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /|\b[a-z]+_[a-z_]+\b")
ask_somebody = (
    "Load the page again. If it stays so, ask whoever looks after the store box.",
    "请重新载入本页。若一直如此，请联系负责店内主机的人。",
)
remedies = MappingProxyType(
    {
        "business-day-closed": (
            "Open it again if it was closed by mistake, or open another day.",
            "若是误关，请重新开启；否则开启另一天。",
        ),
        "business-day-far": (
            "Check the date and the clock. If it is meant, a manager says why.",
            "请检查日期和时钟。若确实如此，请经理说明原因。",
        ),
        "business-day-open-already": ("Close that day first.", "请先结束那一天。"),
        "business-day-too-early": (
            "Check the date and the clock. If it is meant, a manager says why.",
            "请检查日期和时钟。若确实如此，请经理说明原因。",
        ),
        "not-paired": (
            "Enter again from the till's menu, or pair this device with a new code.",
            "请从收银台菜单重新进入，或用新的配对码配对本设备。",
        ),
        "override-needed": ("Ask somebody who may do it.", "请找有权限的人。"),
        "pairing-refused": (
            "Make a new code at the store box: `edge pair` with the name and --office.",
            "请在店内主机生成新的配对码：edge pair 加名称和 --office。",
        ),
        "permission-needed": (
            "Somebody who may do it signs in here.",
            "请由有权限的人在此登录。",
        ),
        "request-id-reused": (
            "This form was sent before with something else in it. Load the page anew, look at what"
            " was done, and fill it in again if it is meant as well.",
            "此表单曾以其他内容提交。请重新载入页面，查看已执行的内容；若仍需执行，请重新填写。",
        ),
        "sign-in-refused": (
            "Type it again. After some wrong ones there is a wait; a manager can unlock you.",
            "请重新输入。输错几次后需等待；经理可为您解锁。",
        ),
        "tills-open": (
            "Count and settle each of them at its own till, then close the day.",
            "请在各收银台清点并结算，然后结束营业日。",
        ),
        "unknown-business-day": ("Choose a day that was opened.", "请选择已开启过的日期。"),
    }
)


def remedy(slug: str, own: str) -> Said:
    """For a person at a page; ``own``: the refusal's, in the store box's words."""
    if slug in remedies:
        return remedies[slug]
    if NOT_FOR_PEOPLE.search(own):
        return ask_somebody
    known = REFUSALS.get(slug)
    return own, own if known is None else known.remedy or own
