"""What the pages of counts say."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Counts", "盘点"
none = "Nothing was counted here yet.", "这里尚未盘点过。"
states = MappingProxyType(
    {
        "open": ("being counted", "进行中"),
        "booked": ("booked", "已入账"),
        "cancelled": ("given up", "已放弃"),
    }
)
scopes = MappingProxyType(
    {
        "shop": ("the whole shop", "全店"),
        "department": ("a department", "部门"),
        "items": ("chosen items", "指定商品"),
    }
)
name = "What is counted", "盘点内容"
name_hint = "A name for it, such as Dairy, week 48", "名称，例如：乳品，第 48 周"
state = "State", "状态"
items = "Items", "商品数"
begun = "Begun", "开始"
ended = "Ended", "结束"
begin_title = "Begin a count", "开始盘点"
begin_button = "Begin", "开始"
department = "Department", "部门"
whole_shop = "The whole shop", "全店"
some = "Or only these items, by their codes", "或仅以下商品（条码）"
some_hint = (
    "Separated by spaces; empty: all of the department.",
    "以空格分隔；留空为整个部门。",
)
while_selling = (
    "The shop may go on selling: each line remembers what it has seen.",
    "可继续营业：每一行都记得其所见。",
)
scan = "Code or item", "条码或商品"
quantity = "How many", "数量"
quantity_hint = "Empty: one, or what the label says", "留空：一件，或按标签"
lot = "Lot, where it has one", "批次（如有）"
say_button = "Counted", "记下"
look = "Beside the books …", "与账面比较 …"
to_count = "Count on", "继续盘点"
again_title = "To be counted again", "须重新盘点"
uncounted_title = "Not counted yet", "尚未盘点"
said_title = "What was said", "已记录"
nothing_said = "Nothing yet: scan the first item.", "尚无：请扫描第一件商品。"
who = "Counted by", "盘点人"

item = "Item", "商品"
counted = "Counted", "实盘"
expected = "Books", "账面"
difference = "Difference", "差异"
worth = "Worth", "价值"
after = "On hand after", "入账后库存"
moved_between = (
    "sold while it was counted in several places: count it again",
    "在多处盘点之间有销售：请重盘",
)
again = "Count again", "重盘"
again_all = "Count again all that differ", "重盘所有差异"
nothing_counted = "Nothing was counted yet.", "尚未盘点任何商品。"
nothing_booked = "No item was booked.", "没有商品入账。"
book_title = "Book this count", "将此盘点入账"
book_button = "Book", "入账"
book_reason = "Reason, if another than its name", "原因（如与名称不同）"
leave = "Leave what was not counted as it is", "未盘点的保持不变"
nothing_there = "Of what was not counted there is none", "未盘点的视为没有"
uncounted = "Not counted", "未盘点的商品"
without_again = "Without what is still to be counted again", "不含仍须重盘的商品"
cancel_button = "Give it up", "放弃"
cancel_title = "Give this count up", "放弃此盘点"
cancel_hint = "Nothing of it is booked.", "不会入账。"


def taken(name: str, quantity: str, unit: str) -> Said:
    """The line that was just said."""
    return f"Taken: {quantity} {unit} of {name}", f"已记：{name} {quantity} {unit}"


def left(again: int, uncounted: int) -> Said:
    """Of how many items nobody said anything yet."""
    if not again and not uncounted:
        return "All of it is counted.", "已全部盘点。"
    more = f", {again:,} of them again" if again else ""
    many = again + uncounted
    one = "item is" if many == 1 else "items are"
    return (
        f"{many:,} {one} still to be counted{more}.",
        f"还有 {many:,} 项待盘点（其中重盘 {again:,} 项）。",
    )


def sum_of(items: int, differing: int) -> Said:
    """The answer first: how many differ."""
    one = "item" if items == 1 else "items"
    if not differing:
        return f"{items:,} {one} counted, none differs.", f"已盘 {items:,} 项，无差异。"
    verb = "differs" if differing == 1 else "differ"
    return (
        f"{differing:,} of {items:,} {one} {verb}.",
        f"{items:,} 项中 {differing:,} 项有差异。",
    )


def worth_of(over: str, short: str, currency: str) -> Said:
    """What was over, and what was short (below zero)."""
    return f"Over {currency} {over}, short {short}.", f"盘盈 {currency} {over}，盘亏 {short}。"


def of_no_known_worth(items: int) -> Said:
    """Of some nobody knows what they cost."""
    return f"Of {items:,} the worth is not known.", f"其中 {items:,} 项价值未知。"


def begun_by(who: str, when: str) -> Said:
    """Who began it, and when."""
    return f"Begun by {who} on {when}", f"{who} 于 {when} 开始"


def ended_by(who: str, when: str) -> Said:
    """Who booked it or gave it up, and when."""
    return f"ended by {who} on {when}", f"{who} 于 {when} 结束"


def went_on(when: str) -> Said:
    """The box went on in another epoch while this was counted."""
    return (
        f"On {when} the box began a new series of receipt numbers. What was counted before that"
        " still counts, and what was sold meanwhile is no difference. If the box was put back to a"
        " copy of its disk then, what was counted after the copy was made is missing here: look"
        " through the list.",
        f"收银主机于 {when} 开始了新的收据编号。此前的盘点仍然有效，其间的销售不算差异。"
        "如果主机当时恢复自磁盘副本，则副本之后盘点的内容不在这里：请核对列表。",
    )


def took_place(when: str) -> Said:
    """This box took another one's place."""
    return (
        f"This box took another one's place on {when}. What was being counted there and was not"
        " booked is not here: begin it anew.",
        f"本主机于 {when} 取代了另一台主机。在那台主机上尚未入账的盘点不在这里：请重新开始。",
    )
