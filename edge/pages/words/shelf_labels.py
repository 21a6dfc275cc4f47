"""What the page of shelf labels says."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Shelf labels", "货架标签"
scan = "Code, item or words", "条码、商品或文字"
add = "Add", "添加"
found = "Which one?", "选哪一个？"
many = "Several at once", "批量添加"
department = "Department", "部门"
every = "every department", "所有部门"
since = "Whose price changed since", "价格变动自"
add_many = "Add them", "批量添加"
on = "With the prices of", "按此日期的价格"
on_hint = (
    "Empty: of now. A day to come has the prices that begin on it.",
    "留空：当前价格。未来日期采用当日生效的价格。",
)
per = "Unit price for", "单位价格按"
pers = MappingProxyType(
    {"whole": ("1 kg, 1 l", "1 kg、1 l"), "part": ("100 g, 100 ml", "100 g、100 ml")}
)
plain = "Promotions", "促销"
plains = MappingProxyType(
    {"no": ("with their price and last day", "显示促销价与截止日"), "yes": ("left out", "不显示")}
)
look = "Look again", "刷新预览"
labels = "Labels", "标签"
each = "How many", "张数"
item = "Item", "商品"
price = "Price with tax", "含税价"
unit_price = "Unit price", "单位价格"
promotion = "Promotion", "促销"
until = "until", "至"
code = "Bar code", "条码"
no_bars = "not drawn", "无法绘制"
none = "Nothing is chosen yet.", "尚未选择商品。"
on_sheets = "On sheets", "打印到标签纸"
sheet = "Sheet", "版式"
used = "Places already used", "已用格数"
pdf = "Make the PDF", "生成 PDF"
on_roll = "On a label printer", "标签打印机"
printer = "Printer", "打印机"
size = "Size in mm", "尺寸（毫米）"
send = "Print", "打印"
no_printer = (
    "No label printer is named in edge.toml (label_printers): sheets go through any printer.",
    "edge.toml 未设置标签打印机（label_printers）：可用普通打印机打印标签纸。",
)


def added(many_added: int) -> Said:
    """How many items were put into the form just now."""
    if many_added == 0:
        return "Nothing more was found.", "没有找到更多商品。"
    one = "item" if many_added == 1 else "items"
    return f"{many_added} {one} added.", f"已添加 {many_added} 种商品。"


def printed(what: str) -> Said:
    """What a label printer took."""
    return f"Labels printed: {what}", f"已打印标签：{what}"
