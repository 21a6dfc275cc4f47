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
    "Such as 8880417000017 12. A code scanned twice adds up.",
    "例如 8880417000017 12。同一条码扫两次会相加。",
)
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
alone = (
    "Each shop books its own end, with or without a line; head office shows what is in transit and"
    " what differs.",
    "各店各自登记，有无网络皆可；总部显示在途与差异。",
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
