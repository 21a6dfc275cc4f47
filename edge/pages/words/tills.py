"""What the pages of tills and of the safe say."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Tills", "收银台"
open_tills = "Tills of the day", "当日收银台"
earlier = "Left open on an earlier day", "之前日期未结算"
held_by = "Held by", "由谁使用"
state = "State", "状态"
states = MappingProxyType({"open": ("open", "使用中"), "settled": ("settled", "已结算")})
not_counted = "settled, not counted", "已结算，未清点"
no_tills = "No till was opened on this day.", "当日未开启收银台。"
no_day = "No day is open.", "没有营业日开启。"
float_ = "Float", "备用金"
expected = "Expected", "应有"
counted = "Counted", "实点"
over_short = "Over or short", "长短"
cash = "Cash", "现金"
tender = "Tender", "付款方式"
hidden = (
    "What is expected is not shown before the drawer is counted.",
    "清点之前不显示应有金额。",
)
all_figures = "Every figure of this till", "此台的全部数字"
moves = "Cash moved without a sale", "非销售现金变动"
no_moves = "Nothing moved.", "没有变动。"
amount = "Amount", "金额"
kind = "Kind", "种类"
kinds = MappingProxyType(
    {
        "loan": ("loan, from the safe", "由保险箱补充"),
        "pickup": ("pickup, into the safe", "取入保险箱"),
        "paid_in": ("paid in", "收入"),
        "paid_out": ("paid out", "支出"),
        "float": ("float of a till", "备用金"),
        "settled": ("a drawer that was settled", "结算的钱箱"),
        "carried": ("a drawer of a box that is gone", "已停用主机的钱箱"),
        "safe_count": ("counted", "清点"),
        "deposit": ("to the bank", "存入银行"),
    }
)
with_safe = "with the safe (paid in or out)", "与保险箱往来（收入或支出）"
move = "Move cash", "调拨现金"
counts = "Counts", "清点记录"
no_counts = "Nobody counted it yet.", "尚未清点。"
blind = "blind", "盲点"
count = "Count the drawer", "清点钱箱"
count_hint = (
    "How many of each note and coin; or the sum alone. Slips of other tenders beside it.",
    "各面额张数；或只填总额。另填其他付款单据。",
)
as_sum = "Or the sum", "或总额"
pieces = "How many", "张数"
count_button = "The count is right", "清点无误"
hand_over = "Hand over", "交接"
hand_over_to = "To", "交给"
settle = "Settle by the last count (Z)", "按最近清点结算（Z）"
settle_why = "Why at this device", "为何在此设备"
settle_hint = (
    "The till is closed with its last count. What is sold afterwards belongs to another session.",
    "按最近清点关闭此台。之后的销售属于另一班次。",
)
safe = "Safe", "保险箱"
safe_holds = "The safe should hold", "保险箱应有"
never_counted = (
    "It was never counted here: count it, or the sum says little.",
    "此处从未清点：请清点，否则总额意义不大。",
)
last_counted = "Counted last", "最近清点"
count_safe = "Count the safe", "清点保险箱"
deposit = "Take to the bank", "存入银行"
bag = "Number of the sealed bag", "封袋编号"
note = "Note", "备注"
to_safe = "Safe and deposits", "保险箱与存款"
touched = "What touched the safe", "保险箱变动"


def counted_now(expected_: str, counted_: str, over: str) -> Said:
    """After a count: what was expected, what was there, and the difference."""
    return (
        f"Counted {counted_}; {expected_} was expected: {over}.",
        f"实点 {counted_}；应有 {expected_}：{over}。",
    )


def open_of(open_: int, all_: int) -> Said:
    """The answer in a sentence."""
    if not all_:
        return "No till was opened yet.", "尚未开启收银台。"
    if not open_:
        return f"All tills are settled: {all_}.", f"所有收银台均已结算：{all_} 台。"
    return f"Not settled: {open_} of {all_} tills.", f"{all_} 台中 {open_} 台未结算。"
