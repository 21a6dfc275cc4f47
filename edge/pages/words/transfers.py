"""What the page of transfers says."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Transfers", "调拨"
out_title = "Goods leave for another shop", "调出到其他店"
in_title = "Goods came from another shop", "收到其他店的货"
to_store = "To which shop (its code)", "调往店铺（代码）"
from_store = "From which shop, where the paper says so", "来自店铺（如有注明）"
number = "Number", "编号"
number_hint = "as it stands on the paper of the goods", "见随货单据"
goods = "Goods: a line each, code and how many", "货品：每行一项，条码与数量"
goods_hint = (
    "Such as 8880417000017 12. A code scanned twice adds up. After commas lot, last day and serial"
    " number, as on the goods: 8880417000017 12, L-7, 2026-12-31.",
    "例如 8880417000017 12。同一条码扫两次会相加。用逗号依次写批次、到期日、序列号："
    "8880417000017 12, L-7, 2026-12-31。",
)
asked_hint = (
    "Such as 8880417000017 12. A code scanned twice adds up.",
    "例如 8880417000017 12。同一条码扫两次会相加。",
)
awaited = "not there", "未到"
reason = "Reason", "原因"
reason_in = "Reason; where it is not what the paper says, why", "原因；如与单据不符请说明"
out_button = "Send", "调出"
in_button = "Receive", "收货"
directions = MappingProxyType({"out": ("sent to", "调往"), "in": ("came from", "来自")})
last = "Sent and received last", "最近调拨"
what = "What", "内容"
lines = "Goods", "货品"
none = "Nothing was sent or received yet.", "尚无调拨。"
somewhere = "another shop", "其他店"
ask_title = "Ask another shop for goods", "向其他店要货"
ask_button = "Ask", "请求"
from_whom = "Which shop (its code)", "向哪家店（代码）"
reason_ask = "What for", "用途"
tasks = "Asked of this shop", "请本店调出"
no_tasks = "Nobody waits for goods from here.", "没有等待本店调出的货品。"
coming = "On its way here, or not all of it came", "正在途中，或未到齐"
none_coming = "Nothing is on its way that head office told of.", "总部未通知有在途货品。"
wished = "wished", "请求"
sent_word = "sent", "已发"
came_word = "came", "已到"
between = "From, to", "从、到"
state = "State", "状态"
states = MappingProxyType(
    {
        "wished": ("Wished", "已请求"),
        "cancelled": ("Not sent", "未调出"),
        "unheard": ("Came; not heard yet that it was sent", "已到；尚未得知其发出"),
        "in_transit": ("On its way", "在途"),
        "differs": ("Differs", "有差异"),
        "arrived": ("There", "已到齐"),
        "closed": ("Settled, though it differs", "差异已了结"),
    }
)
overdue = "for too long", "过久"
of_head_office = "wished by head office", "总部请求"
of_a_shop = "wished by a shop", "店铺请求"
who_said = "Who said what", "说明"
fill_out = "Send it", "调出"
fill_in = "Receive it", "收货"
end_button = "Will not be sent", "不再调出"
settle_button = "Settle", "了结"
settle_why = "Why not all of it came", "为何未到齐"
known = "Wishes and transfers", "请求与调拨"
alone = (
    "Each shop books its own end, with or without a line. What the other shop did stands here once"
    " both have spoken to head office.",
    "各店各自登记，有无网络皆可。两店与总部通讯后，此处显示对方所做的登记。",
)


def sent(number: str) -> Said:
    """What goes onto the paper of the goods."""
    return (
        f"Sent. Write this number on the paper that goes with the goods: {number}",
        f"已调出。请将此编号写在随货单据上：{number}",
    )


def received(number: str) -> Said:
    """Booked under the sender's number."""
    return f"Received under {number}.", f"已按 {number} 收货。"
