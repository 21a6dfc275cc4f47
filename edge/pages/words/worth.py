"""What the pages of what goods are worth say."""

from edge.pages.words.language import Said

title = "Stock value", "库存价值"
question = "What is what is there worth, at what it cost?", "现有库存按成本值多少？"
by_department = "By department", "按部门"
by_item = "By item", "按商品"
hint = (
    "At what it cost on average. Each figure leads to its items.",
    "按平均成本。点击每个数字可查看其商品。",
)
items_hint = (
    "What is worth most first. Each figure leads to every unit that came or went.",
    "价值高的在前。点击每个数字可查看每一笔进出。",
)
items = "Items", "商品数"
all_departments = "All departments", "全部部门"
unit_cost = "A unit cost", "单位成本"
nothing = "Nothing is there.", "没有库存。"
put_right = "Costs put right afterwards", "事后更正的成本"
put_right_hint = (
    "Goods were sold before they had come in by the books, at what they had cost last. What came"
    " afterwards had another cost: the difference belongs to what was sold.",
    "商品在入账之前已售出，当时按上一次的成本计算。之后到货的成本不同：差额计入已售商品的成本。",
)
on = "On", "日期"
by_movement = "Put right by", "更正来源"
more_cost = "Cost more", "成本增加"
after_that = "Margin after that", "更正后的毛利"


def whole(currency: str, worth: str) -> Said:
    """The answer first."""
    return f"The stock is worth {currency} {worth}", f"库存价值 {currency} {worth}"


def oversold(items: int, worth: str) -> Said:
    """What is below zero takes off it."""
    one = "item is" if items == 1 else "items are"
    return (
        f"{items:,} {one} below zero, which takes {worth} off",
        f"{items:,} 项为负库存，扣减 {worth}",
    )


def unknown(items: int) -> Said:
    """Of which no cost was ever heard of."""
    one = "item has no cost that is" if items == 1 else "items have no cost that is"
    return f"{items:,} {one} known: worth 0 here", f"{items:,} 项成本未知，此处按 0 计"
