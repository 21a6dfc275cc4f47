"""What the page of orders says."""

from edge.pages.words.language import Said

title = "Orders", "订货"
no_points = (
    "No item has a reorder point here yet: head office gives them, and with them what is proposed.",
    "本店尚无商品设有再订货点：由总部设定后，此处会给出建议。",
)
nothing = "Nothing is at its reorder point: there is nothing to order.", "没有商品低于再订货点。"
nobody = "Nobody is known to bring these", "没有已知供应商"
item = "Item", "商品"
code = "Their code", "供应商编码"
on_hand = "On hand", "现有"
on_order = "On order", "在途订货"
left = "Left on delivery", "到货时剩余"
order = "Order", "订购"
that_is = "That is", "合计数量"
cost = "Cost", "成本"
receive = "Receive goods", "收货"
scan = "Scan or type a code", "扫描或输入编码"
add = "Add", "添加"
supplier = "Supplier", "供应商"
no_supplier = "not said", "未注明"
document = "Delivery note", "送货单号"
quantity = "Quantity", "数量"
cost_of_all = "Cost in all", "总成本"
asks = "They ask", "应付"
more = "More than that", "差额"
book = "Book it in", "入库"
scanned = "What came", "到货"
leave_out = (
    "Quantity 0 leaves a line out; a cost that is left empty is what the goods cost on average.",
    "数量为 0 即略去该行；成本留空则按平均成本入账。",
)


def caption(supplier: str, currency: str) -> Said:
    """Of one supplier's table."""
    return f"{supplier}, amounts in {currency}", f"{supplier}，金额单位 {currency}"


def sold(days: int) -> Said:
    """Head of a column."""
    return f"Sold in {days} days", f"{days} 天销量"


def packs(count: int, size: str) -> Said:
    """``4 × 12``."""
    return f"{count:,} × {size}", f"{count:,} × {size}"


def total(lines: int, unpriced: int) -> Said:
    """Below a table."""
    if unpriced:
        return (
            f"Sum of {lines:,} lines; of {unpriced:,} no cost is known",
            f"共 {lines:,} 行；其中 {unpriced:,} 行成本未知",
        )
    return f"Sum of {lines:,} lines", f"共 {lines:,} 行"


def how(days: int) -> Said:
    """What the proposal is made of."""
    return (
        "What is left, with what is on order, when the supplier delivers, if selling goes on as in"
        f" the last {days} days: where that is at the reorder point or below, whole packs up to"
        " what the shop wants to have.",
        f"按最近 {days} 天的销售速度推算到货时的剩余（含在途订货）；"
        "若不高于再订货点，则按整包补足至目标数量。",
    )


def booked(lines: int) -> Said:
    """Done."""
    return f"Booked in: {lines:,} lines.", f"已入库：{lines:,} 行。"
