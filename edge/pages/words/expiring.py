"""What the page of goods that expire says."""

from edge.pages.words.language import Said

title = "Expiring", "临期商品"
within = "Last day within", "到期日在"
last_day = "Last day", "到期日"
lot = "Lot", "批次"
no_lot = "no lot", "无批次"
left = "Left", "剩余天数"
waste = "Waste it", "报损"
none = "Nothing expires within these days.", "此期间内没有到期商品。"
lots = "By lot", "按批次"
lots_hint = (
    "What expires first is taken to have gone first.",
    "未注明批次的出库按先到期先出计算。",
)
serials = "Serial numbers", "序列号"
serial = "Serial number", "序列号"
sold_twice = "sold twice", "重复售出"


def days(many: int) -> Said:
    """A choice of days ahead."""
    if many == 0:
        return "today", "今天"
    one = "day" if many == 1 else "days"
    return f"{many} {one}", f"{many} 天"


def days_left(many: int) -> Said:
    """Of a lot."""
    if many < 0:
        one = "day" if many == -1 else "days"
        return f"over for {-many} {one}", f"已过期 {-many} 天"
    if many == 0:
        return "the last day", "今天到期"
    one = "day" if many == 1 else "days"
    return f"{many} {one}", f"{many} 天"


def summary(lots: int, over: int, worth: str, currency: str) -> Said:
    """The answer first."""
    if over:
        one = "lot is" if over == 1 else "lots are"
        return (
            f"{over:,} {one} over, worth {currency} {worth}; {lots:,} in the list.",
            f"{over:,} 个批次已过期，价值 {currency} {worth}；列表共 {lots:,} 个。",
        )
    one = "lot expires" if lots == 1 else "lots expire"
    return f"{lots:,} {one} within these days.", f"此期间内 {lots:,} 个批次到期。"
