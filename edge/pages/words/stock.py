"""What the pages of stock say: levels, an item's history, ageing."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Stock", "库存"
search = "Words, code or item", "关键字、条码或商品"
department = "Department", "部门"
every = "All", "全部"
only = "Only", "仅显示"
only_kinds = MappingProxyType(
    {
        "there": ("what is there", "有货"),
        "oversold": ("below zero", "负库存"),
        "recount": ("to be counted again", "须重盘"),
    }
)
item = "Item", "商品"
on_hand = "On hand", "库存"
worth = "Worth", "价值"
counted = "Counted last", "上次盘点"
never = "never", "从未"
recount = (
    "something sold before the count was heard of after it: count it again",
    "盘点之后才得知盘点之前的销售：请重盘",
)
none = "Nothing that fits.", "没有符合的商品。"
counts = "Counts", "盘点"
ageing = "Ageing", "库龄"
oversold = "Below zero", "负库存"

history = "Each unit that came or went", "每一笔进出"
never_moved = "It never moved here.", "此商品从未有过进出。"
kind = "What", "类型"
kinds = MappingProxyType(
    {
        "sale": ("sold", "销售"),
        "return": ("came back", "退货"),
        "receipt": ("received", "收货"),
        "adjustment": ("adjusted", "调整"),
        "waste": ("waste", "报损"),
        "own_use": ("own use", "自用"),
        "count": ("counted", "盘点差异"),
        "transfer_out": ("sent to another shop", "调出"),
        "transfer_in": ("came from another shop", "调入"),
        "supplier_return": ("sent back to a supplier", "退供应商"),
    }
)
quantity = "Quantity", "数量"
after = "After it", "结余"
cost = "Cost", "成本"
why = "By whom, and why", "经手与原因"
below = "below zero", "低于零"
lot = "lot", "批次"
explained = "Why the books are below zero", "账面为负的原因"
explained_hint = (
    "These moved since the books last had the item; a delivery that was not booked, or a count,"
    " puts it right.",
    "自账面最后有货以来的变动；补登收货或盘点即可纠正。",
)

age_title = "How old the stock is", "库龄"
age_hint = (
    "What is there came last: of what came before it is sold first.",
    "按先进先出：现有库存为最近到货。",
)
age_unknown = "not known", "未知"


def age_head(first: int, last: int) -> Said:
    """Through so many days; ``last`` 0: longer."""
    if last == 0:
        return f"over {first:,} days", f"超过 {first:,} 天"
    return f"{first:,} to {last:,} days", f"{first:,}–{last:,} 天"


def sums(items: int, worth: str, currency: str) -> Said:
    """The answer first."""
    one = "item is" if items == 1 else "items are"
    return (
        f"{items:,} {one} in the books, worth {currency} {worth}.",
        f"账上共 {items:,} 种商品，价值 {currency} {worth}。",
    )


def oversold_of(items: int) -> Said:
    """Of how many more was sold than ever came."""
    verb = "is" if items == 1 else "are"
    return f"{items:,} {verb} below zero", f"{items:,} 种为负"


def recount_of(items: int) -> Said:
    """How many want another count."""
    return f"{items:,} to be counted again", f"{items:,} 种须重盘"


def holds(on_hand: str, unit: str) -> Said:
    """What there is of an item."""
    return f"{on_hand} {unit} on hand", f"库存 {on_hand} {unit}"


def average(amount: str, currency: str) -> Said:
    """What one costs on average."""
    return f"{currency} {amount} each on average", f"平均成本 {currency} {amount}"


def put_right(amount: str) -> Said:
    """What a movement put right in the cost of sales."""
    return f"cost of sales put right by {amount}", f"销售成本更正 {amount}"
