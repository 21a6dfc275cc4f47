"""What the pages of a business day say: its figures, its rows, opening and closing it."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Day", "营业日"
no_day = (
    "No business day was opened here yet.",
    "这里尚未开启过营业日。",
)
none_open = "No business day is open.", "目前没有开启的营业日。"
states = MappingProxyType({"open": ("open", "营业中"), "closed": ("closed", "已结束")})
date = "Business date", "营业日期"
figure = "Figure", "项目"
figures = "Figures", "数据"
figures_hint = (
    "Each figure leads to the receipts that it adds up from.",
    "点击每个数字可查看其来源收据。",
)
hidden = (
    "Amounts are shown when every till of the day was counted: who counts a drawer does so without"
    " knowing what is expected.",
    "当日所有收银台清点后才显示金额：清点的人不应知道应有金额。",
)
workstations = "What each workstation sold", "各工作站销售"
tills = "Tills", "收银台"
till = "Till", "收银台"
receipts = "Receipts", "收据"
total = "Total", "合计"
expected = "Expected", "应有"
counted = "Counted", "实点"
over_short = "Over or short", "长短"
not_counted = "not counted yet", "尚未清点"
settled_uncounted = "not counted", "未清点"
forgotten = (
    "Nobody closed this day: it closed itself, and what lay in the drawers was not counted.",
    "此营业日无人结束：已自动结束，钱箱未清点。",
)
whole_day = "The whole day", "全天"
sum_of_all = "Sum", "总计"
row = "Receipt or till", "收据或收银台"
time = "Time", "时间"
what = "What", "内容"
void = "takes a receipt back", "作废"
no_rows = "Nothing adds to this figure.", "没有构成此数字的内容。"
first_page = "First page", "首页"
next_page = "Next page", "下一页"

open_title = "Open a business day", "开启营业日"
open_button = "Open the day", "开启营业日"
open_reason = "Reason, where the date is not the next one", "原因（日期不是下一天时）"
close_title = "Close the day", "结束营业日"
close_look = "Close the day …", "结束营业日 …"
closes = "What this closes", "将结束的内容"
still_open = "What is still open", "尚未了结的内容"
nothing_open = "Nothing: every till is counted.", "没有：所有收银台已清点。"
cannot_yet = (
    "The day can be closed when these tills are counted, each at its own place:",
    "以下收银台各自清点后即可结束营业日：",
)
always_can = (
    "A day can be closed whatever is unsent or unprinted. A manager can open it again.",
    "无论有何未发送或未打印，均可结束。经理可重新开启。",
)
reopen_title = "Open this day again", "重新开启此日"
reopen_button = "Open it again", "重新开启"
reopen_hint = (
    "It was closed by mistake: its next close brings the account that counts.",
    "若是误关：下一次结束时的账目为准。",
)

receipt = "Receipt", "收据"
copy_hint = (
    "It was given out before: what is given from here is a copy.",
    "此收据已给出过：由此给出的为副本。",
)
first_hint = (
    "It was not given out yet: the first paper, from here or at the till, is the receipt itself,"
    " and each one after that a copy.",
    "此收据尚未给出：首张（由此或在收银台）为正本，之后的均为副本。",
)
print_at = "Print it at", "打印于"
print_button = "Print", "打印"
as_pdf = "As PDF", "PDF"
printed = "It is printed.", "已打印。"


def opened(who: str, when: str) -> Said:
    """Who opened it, and when."""
    return f"Opened by {who} on {when}", f"{who} 于 {when} 开启"


def closed(who: str, when: str) -> Said:
    """Who closed it, and when; nobody where it closed itself."""
    if not who:
        return f"closed by itself on {when}", f"{when} 自动结束"
    return f"closed by {who} on {when}", f"{who} 于 {when} 结束"


def of(name: str) -> Said:
    """A workstation's or a till's part."""
    return f"Part of {name}", f"{name} 部分"


def caption(what: str, business_date: str, currency: str) -> Said:
    """Of a table of amounts."""
    return f"{what}, {business_date}, amounts in {currency}", f"{what}，{business_date}，{currency}"


def close_button(business_date: str) -> Said:
    """It says what it closes."""
    return f"Close {business_date}", f"结束 {business_date}"


def receipts_of(count: int) -> Said:
    """How many a day has."""
    return f"{count:,} receipts" if count != 1 else "1 receipt", f"{count:,} 张收据"


def tills_counted(count: int) -> Said:
    """How many were."""
    return f"{count:,} tills counted" if count != 1 else "1 till counted", f"已清点 {count:,} 台"


def till_at(till: str, workstation: str) -> Said:
    """An open one."""
    return f"till {till} at {workstation}", f"收银台 {till}，于 {workstation}"


def baskets(count: int, cancel: bool) -> Said:
    """Suspended ones, and what becomes of them."""
    one = "basket waits" if count == 1 else "baskets wait"
    if cancel:
        return f"{count:,} {one}, and are given up with the day", f"{count:,} 个挂单，随营业日取消"
    return f"{count:,} {one} on, into the next day", f"{count:,} 个挂单，转入下一日"


def unsent(receipts: int) -> Said:
    """On their way, and no hindrance."""
    return (
        f"{receipts:,} receipts are not at head office yet; they are sent whatever is closed",
        f"{receipts:,} 张收据尚未到达总部；与结束无关，照常发送",
    )


def rows_sum(count: int) -> Said:
    """Foot of the rows."""
    return f"Sum of all {count:,} rows", f"全部 {count:,} 行合计"
