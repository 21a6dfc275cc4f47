"""What the page of waste, own use and adjustments says."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Waste and adjustments", "报损与调整"
kind = "For what", "用途"
kinds = MappingProxyType(
    {
        "waste": ("waste", "报损"),
        "own_use": ("own use", "自用"),
        "adjustment": ("the books are wrong", "账面有误"),
    }
)
direction = "Direction, where the books are wrong", "方向（账面有误时）"
less = "there is less", "实际较少"
more = "there is more", "实际较多"
scan = "Code or item", "条码或商品"
quantity = "How many", "数量"
lot = "Lot, where it has one", "批次（如有）"
expires_on = "Last day, where it has one", "到期日（如有）"
serial = "Serial number, where it has one", "序列号（如有）"
document = "Document, where there is one", "单据（如有）"
button = "Book", "入账"
last = "Booked last", "最近入账"
none = "Nothing was taken out yet.", "尚无记录。"
reasons = MappingProxyType(
    {
        "expired": ("expired", "过期"),
        "damaged": ("damaged", "损坏"),
        "stolen": ("stolen", "被盗"),
        "sample": ("sample", "样品"),
        "staff": ("for the staff", "员工用"),
        "shop": ("used in the shop", "店内自用"),
    }
)


def taken(name: str) -> Said:
    """What was booked just now."""
    return f"Booked: {name}", f"已入账：{name}"
