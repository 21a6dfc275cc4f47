"""What the pages of orders at suppliers say."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Orders", "订单"
number = "Number", "单号"
state = "State", "状态"
states = MappingProxyType(
    {
        "draft": ("draft", "草稿"),
        "sent": ("sent", "已发出"),
        "partly": ("partly received", "部分到货"),
        "received": ("received", "已到齐"),
        "cancelled": ("cancelled", "已取消"),
        "closed": ("closed", "已关闭"),
    }
)
draft = "Draft", "草稿"
new = "New order", "新订单"
lines = "Lines", "行数"
open_lines = "Lines open", "未到行数"
expected = "Expected on", "预计到货"
changed = "Changed", "更新时间"
none = "Nothing was ordered yet.", "尚无订单。"
goods = "What is ordered", "订购货品"
pack = "Pack", "包装"
each_scan = (
    "A scan asks for one pack. Quantities are in units, not in packs; 0 leaves a line out; a cost"
    " that is left empty is what the supplier asks.",
    "每扫一次为一包。数量按单位而非包装计；0 即略去该行；成本留空则按供应商报价。",
)
choose = "Choose …", "请选择 …"
save = "Save the draft", "保存草稿"
change = "Change the draft", "修改草稿"
send = "Send the order", "发出订单"
send_hint = (
    "From then on it has its number and is not changed. It goes by e-mail from its page, or give"
    " the supplier the paper (PDF) or the table (CSV).",
    "发出后即有单号，不再更改。可在其页面以电邮发送，或将纸质单（PDF）或表格（CSV）交给供应商。",
)
paper = "Paper for the supplier (PDF)", "供应商订单（PDF）"
ordered = "Ordered", "订购"
received = "Received", "已收"
still_open = "Open", "未到"
cost_of_order = "Was to cost", "应付"
received_cost = "What came cost", "到货成本"
more = "More than ordered for", "差额"
receive = "Receive goods of it", "按此单收货"
all_came = "Fill in all that is open", "填入全部未到货"
came = "What came", "到货"
waited = "Not among it yet", "尚未录入"
book = "Book it in", "入库"
receive_hint = (
    "A cost that is left empty is what the order says. More than was ordered is marked where the"
    " supplier's rule does not let it in: somebody who may order allows it.",
    "成本留空则按订单价。超出供应商允许范围的数量会标出，须由有订货权限者授权。",
)
over = "over", "超出"
close = "Do not await the rest", "不再等待余货"
close_hint = "What came stays; nothing more of it is awaited.", "已到之货保留；其余不再等待。"
cancel = "Cancel the order", "取消订单"
give_up = "Give the draft up", "放弃草稿"
give_up_hint = "It was not sent, and will not be.", "尚未发送，也不再发送。"
cancel_hint = "Nothing of it came, and nothing shall.", "尚未到货，且不再需要。"
total = "Sum", "合计"
mail_it = "Send it by e-mail", "以电邮发送"
mail_again = "Send it by e-mail again", "再次以电邮发送"
no_mail_server = (
    "Nothing goes by e-mail here: no server for it is named in edge.toml.",
    "本店不发电邮：edge.toml 未设置电邮服务器。",
)
no_mail_address = (
    "Head office has no e-mail address of this supplier: give them the paper.",
    "总部没有该供应商的电邮地址：请交付纸质单。",
)


def draft_of(supplier: str) -> Said:
    """Of a supplier's proposal."""
    return f"Make an order of it: {supplier}", f"生成订单：{supplier}"


def mail_hint(address: str) -> Said:
    """What goes, and where."""
    return (
        f"The paper (PDF) and the table (CSV) go to {address} as soon as there is a line.",
        f"联网后即将订单（PDF）与表格（CSV）发送至 {address}。",
    )


def mail_waits(address: str, since: str, failure: str) -> Said:
    """On its way; ``failure``: why it was not taken last, as a code."""
    why, because = (f" It was not taken yet: {failure}.", f"尚未被接收：{failure}。")
    return (
        f"It waits to go to {address} by e-mail since {since}.{why if failure else ''}",
        f"自 {since} 起等待以电邮发送至 {address}。{because if failure else ''}",
    )


def mail_sent(at: str) -> Said:
    """The supplier's server for e-mail has it."""
    return f"It went to the supplier by e-mail: {at}", f"已以电邮发送给供应商：{at}"


def mail_given_up(failure: str) -> Said:
    """Nobody took it."""
    why = f" ({failure})" if failure else ""
    return (
        f"It could not be sent by e-mail{why}: give the supplier the paper, or send it again.",
        f"无法以电邮发送{why}：请交付纸质单，或再次发送。",
    )


def ended(reason: str) -> Said:
    """Why nothing more is awaited."""
    return f"Nothing more of it is awaited: {reason}", f"不再等待：{reason}"


def by(who: str) -> Said:
    """Who changed it last."""
    return f"by {who}", f"操作员 {who}"


def of_pack(size: str) -> Said:
    """``12`` in one that can be ordered."""
    return f"{size} in a pack", f"每包 {size}"
