"""The figures of a day as the pages head them; English stands in ``sync/protocol/figures.py``."""

from types import MappingProxyType

from edge.pages.words.language import Said
from sync.protocol.figures import Reading, percent

_CHINESE = MappingProxyType(
    {
        "owed": "合计",
        "total": "收据数",
        "lines": "行数",
        "gross": "销售总额",
        "refunds": "退款",
        "tax-added": "另加税款",
        "net": "应税额",
        "tax": "税款",
        "tender": "付款方式",
        "change": "找零",
        "rounding": "现金舍入",
        "float": "备用金",
        "expected-cash": "应有现金",
        "counted-cash": "实点现金",
        "over-short": "现金长短",
        "points-earned": "获得积分",
        "points-spent": "使用积分",
        "points-taken-back": "收回积分",
        "stock": "库存变动",
        "discounts": "折扣",
        "tips": "小费",
        "points-given-back": "退还积分",
        "cash-moved": "现金调拨",
        "safe-over-short": "保险箱长短",
        "deposits": "存入银行",
        "slips-expected": "应有单据",
        "slips-counted": "实点单据",
    }
)


def label(one: Reading) -> Said:
    """``Tender cash``, ``Tax 9.00 % standard``."""
    figure = one.figure
    rate = "" if one.rate_bp is None else f" {percent(one.rate_bp)}"
    parts = ("", "")
    if one.part is not None:
        parts = (one.part, one.part) if one.rate_bp is None else tax_class(one.part)
        parts = f" {parts[0]}", f" {parts[1]}"
    chinese = _CHINESE.get(figure.slug, figure.label)
    return f"{figure.label}{rate}{parts[0]}", f"{chinese}{rate}{parts[1]}"


_CLASSES = MappingProxyType(
    {
        "standard": ("standard", "标准税率"),
        "reduced": ("reduced", "优惠税率"),
        "zero": ("zero", "零税率"),
        "exempt": ("exempt", "免税"),
        "out_of_scope": ("out of scope", "不属征税范围"),
    }
)


def tax_class(name: str) -> Said:
    """What a class of tax is called."""
    return _CLASSES.get(name, (name, name))


def amount_head(unit: str) -> Said:
    """What a column of them holds, by the figure's unit."""
    match unit:
        case "points":
            return "Points", "积分"
        case "milli":
            return "Units", "数量"
        case "count":
            return "Count", "数目"
        case _:
            return "Amount", "金额"
