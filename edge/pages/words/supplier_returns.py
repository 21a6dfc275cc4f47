"""What the pages of goods that go back to suppliers say."""

from edge.pages.words.language import Said

title = "Back to suppliers", "退供应商"
goods = "What goes back", "退回货品"
reason = "Why it goes back", "退回原因"
document = "Number on its paper", "单据编号"
send = "Send it back", "退回"
hint = (
    "It leaves the stock at what it had cost. The credit note is noted when it comes.",
    "按成本出库；收到贷项通知单后再登记。",
)
last = "Went back last", "最近退回"
none = "Nothing went back yet.", "尚无退货。"
cost = "Had cost", "成本"
credited = "Credited", "已入账"
credits = "Credit notes", "贷项通知单"
no_credit = "None came yet.", "尚未收到。"
number = "Number of the credit note", "贷项通知单编号"
amount = "Amount", "金额"
note = "Note it", "登记"


def name(supplier: str) -> Said:
    """Of one return."""
    return f"Back to {supplier}", f"退给 {supplier}"
