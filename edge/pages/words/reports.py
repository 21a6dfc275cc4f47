"""What the reports say: their names, the question that each answers, their columns, their rows."""

from types import MappingProxyType

from edge.pages.words.figures import tax_class
from edge.pages.words.language import Said
from sync.protocol.escrow import RightKind
from sync.protocol.figures import percent

title = "Reports", "报表"
names = MappingProxyType(
    {
        "day": ("Days", "按日"),
        "hour": ("Hours", "按时段"),
        "item": ("Items", "按商品"),
        "department": ("Departments", "按部门"),
        "operator": ("Operators", "按操作员"),
        "margin": ("Margin", "毛利"),
        "tender": ("Ways to pay", "按付款方式"),
        "foreign-cash": ("Foreign cash", "外币现金"),
        "tax": ("Tax", "按税率"),
        "basket": ("Size of baskets", "按购物篮大小"),
        "promotion": ("Promotions and discounts", "促销与折扣"),
        "price-book": ("Price books", "价格表"),
        "late-value": ("Cards after their last day", "过期后收取的卡"),
        "oversold": ("Sold below zero", "负库存销售"),
    }
)
questions = MappingProxyType(
    {
        "day": ("What did each day come to?", "每天营业多少？"),
        "hour": ("When are the shop's busy hours?", "哪些时段最忙？"),
        "item": ("What was sold, how much of it, for how much?", "卖了什么，多少，金额多少？"),
        "department": ("Which departments earn what?", "各部门营业多少？"),
        "operator": ("Who sold what?", "谁卖了多少？"),
        "margin": (
            "What is left of what was sold, after what it had cost?",
            "所售商品扣除成本后剩余多少？",
        ),
        "tender": ("How was it paid?", "如何付款？"),
        "foreign-cash": (
            "What was taken in cash of other currencies, and what was it worth?",
            "收了多少外币现金，折合多少？",
        ),
        "tax": ("Which tax is in it, at which rate?", "含多少税，税率几何？"),
        "basket": (
            "How many lines has a receipt, and what is it worth?",
            "每张收据有几行，价值多少？",
        ),
        "promotion": ("What did promotions and discounts cost?", "促销与折扣让利多少？"),
        "price-book": ("What was sold out of which price book?", "按各价格表卖了多少？"),
        "late-value": (
            "Which gift cards and credit paid after their last day?",
            "哪些礼品卡与购物金在过期后仍用于付款？",
        ),
        "oversold": ("What was sold that was not in stock?", "哪些商品在无库存时售出？"),
    }
)
columns = MappingProxyType(
    {
        "receipts": ("Receipts", "收据"),
        "quantity": ("Units", "数量"),
        "units": ("Units", "数量"),
        "lines": ("Lines", "行数"),
        "gross": ("Sales", "销售"),
        "refunds": ("Refunds", "退款"),
        "discounts": ("Discounts", "折扣"),
        "tax": ("Tax", "税"),
        "net": ("Before tax", "税前"),
        "total": ("Total", "合计"),
        "tendered": ("Tendered", "收取"),
        "change": ("Change given", "找零"),
        "kept": ("Kept", "实收"),
        "cost": ("Cost", "成本"),
        "margin": ("Margin", "毛利"),
        "without_cost": ("Units without a cost", "无成本的数量"),
        "off": ("Taken off", "减让"),
        "taken": ("Taken", "收取"),
        "handed": ("Handed over", "外币金额"),
        "worth": ("Worth", "折合"),
    }
)
average = "A receipt comes to", "每张收据平均"
versus = MappingProxyType(
    {
        "before": ("Days before", "前一时段"),
        "week": ("Week before", "前一周"),
        "year": ("Year before", "前一年"),
    }
)
nothing = "Nothing", "不比较"
change = "Change", "变化"
beside = "Compared with", "比较"
span_from = "From", "从"
span_to = "to", "至"
spans = MappingProxyType(
    {
        "day": ("The last day", "最近一天"),
        "week": ("7 days", "7 天"),
        "month": ("This month", "本月"),
        "quarter": ("91 days", "91 天"),
    }
)
all_together = "Sum", "总计"
empty = "Nothing was sold on these days.", "这些日子没有销售。"
figures_hint = (
    "Each figure leads to the receipts that it adds up from. A receipt that is in several rows"
    " counts once in the sum.",
    "点击每个数字可查看其来源收据。出现在多行的收据在总计中只计一次。",
)
no_department = "no department", "无部门"
_BASKETS = MappingProxyType(
    {
        "01": ("1 line", "1 行"),
        "02": ("2 lines", "2 行"),
        "03": ("3 to 5 lines", "3 至 5 行"),
        "06": ("6 to 10 lines", "6 至 10 行"),
        "11": ("11 to 20 lines", "11 至 20 行"),
        "21": ("more than 20 lines", "20 行以上"),
    }
)

_VALUE = MappingProxyType(
    {
        RightKind.GIFT_VALUE.value: ("Gift cards", "礼品卡"),
        RightKind.STORE_CREDIT.value: ("Store credit", "购物金"),
    }
)


def key(report: str, name: str, label: str) -> Said:
    """What a row of a report is called."""
    match report:
        case "hour":
            until = (int(name) + 1) % 24
            return f"{name}:00 – {until:02d}:00", f"{name}:00 – {until:02d}:00"
        case "basket":
            return _BASKETS[name]
        case "late-value":
            return _VALUE.get(name, (name, name))
        case "tax":
            named, _, rate_bp = name.rpartition(" ")
            rate, said = percent(int(rate_bp)), tax_class(named)
            return f"{said[0]} {rate}", f"{said[1]} {rate}"
        case "department" if not label:
            return no_department
        case _:
            return label or name, label or name


def dates(first: str, last: str) -> Said:
    """One date, or from one to another."""
    return (
        (f"{first}", f"{first}") if first == last else (f"{first} to {last}", f"{first} 至 {last}")
    )


def caption(what: str, currency: str) -> Said:
    """Of a report's table."""
    return f"{what} Amounts in {currency}", f"{what}（{currency}）"


def by(tenths: int | None) -> Said:
    """By how many tenths of a percent: ``+12.3 %``; None where there was nothing before."""
    if tenths is None:
        return "new", "新增"
    sign = "+" if tenths > 0 else "−" if tenths < 0 else "±"
    said = f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"
    return said, said


def summary_against(amount: str, change_said: str, dates_said: str) -> Said:
    """What it is compared with; ``change_said``: empty where there was nothing."""
    if not change_said:
        return f"{amount} on {dates_said}", f"{dates_said}：{amount}"
    return (
        f"{change_said} against {amount} on {dates_said}",
        f"较 {dates_said} 的 {amount}：{change_said}",
    )


def archived(receipts: int) -> Said:
    """Those whose own words are gone from this box."""
    return (
        f"Of {receipts:,} receipts with something taken off this box keeps no more what it was:"
        " head office has them.",
        f"有 {receipts:,} 张含减让的收据，本机已不再保存其明细：总部仍有。",
    )
