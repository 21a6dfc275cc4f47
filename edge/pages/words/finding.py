"""What the one field for everything says, and what it finds."""

from edge.pages.words.language import Said

label = "Find a receipt, an item or a customer", "查找收据、商品或顾客"
hint = "Find … ( / )", "查找 … ( / )"
title = "Found", "查找结果"
ask = (
    "Type a receipt's number as it is printed, words or the code of an item, or a customer's name,"
    " code, telephone number or e-mail address.",
    "请输入收据号码（与打印的一致）、商品的名称或条码，或顾客的姓名、编号、电话、电邮。",
)
no_customers = (
    "Customers are not among it: whoever may change them sees them.",
    "不含顾客：有权更改顾客资料的人才能看到。",
)
items = "Items", "商品"
customers = "Customers", "顾客"
name = "Name", "名称"
code = "Code", "编号"
codes = "Codes", "条码"
department = "Department", "部门"
price = "Price", "价格"
receipts = "Receipts of 91 days", "91 天内的收据"
show_receipts = "Show", "查看"
phone = "Telephone", "电话"
email = "E-mail", "电邮"
inactive = "not sold any more", "已停售"
not_active = "not active", "已停用"


def nothing(text: str) -> Said:
    """Neither receipt, item nor customer."""
    return (
        f"No receipt, item or customer here is {text}.",
        f"这里没有与“{text}”相符的收据、商品或顾客。",
    )


def first_of(count: int) -> Said:
    """There may be more."""
    return f"These are the first {count:,}: type more to see others.", (
        f"仅显示前 {count:,} 项：请输入更多内容。"
    )
