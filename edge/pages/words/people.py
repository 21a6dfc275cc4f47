"""What the page of the shop's people says."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "People", "人员"
operators = "Operators of this shop", "本店操作员"
role = "Role", "职务"
signed_in = "Signed in", "登录于"
pin = "PIN", "PIN"
has_pin = "has one", "有"
no_pin = "none yet", "尚无"
forgot = "Give a PIN to begin with", "发放初始 PIN"
give_pin = "Give this PIN", "发放此 PIN"
give_hint = (
    "Read it to them: it is shown nowhere again. It opens at this shop, and they choose their own"
    " at the next sign-in. One that they had before opens nothing here any more.",
    "请告知本人：此后不再显示。仅在本店有效，下次登录时须自选 PIN；原有 PIN 在本店即时失效。",
)
new_pin = "PIN to begin with", "初始 PIN"
nowhere = "nowhere", "未登录"
starting = "with a starting PIN", "使用初始 PIN"
unlock = "Let in", "允许进入"
unlock_reason = "Reason", "原因"
span_from = "From", "从"
span_to = "To", "至"
report = "What deserves a look", "值得留意"
report_hint = (
    "How often, and how often in a hundred receipts. What stands out is at least three times, and"
    " more than twice the shop's average.",
    "次数，以及每百张收据的次数。突出者至少三次，且超过全店平均的两倍。",
)
kept = (
    "Overrides, drawers and lines that were taken out are kept here for some weeks; head office"
    " has those before.",
    "授权、开钱箱与移除行在此保留数周；更早的在总部。",
)
receipts = "Receipts", "收据"
per_100 = "per 100", "每百张"
shop = "The shop", "全店"
overrides = "Overrides", "授权记录"
none = "No override was asked for.", "没有授权记录。"
what = "What", "内容"
asked_by = "For", "为"
allowed_by = "By", "授权人"
subject = "Bound to", "对象"
amount = "Up to", "上限"

waiting = "What waits for somebody's word", "等待批准的事项"
waiting_hint = (
    "Whoever may does it on its own page, or allows it there with their PIN.",
    "有权限者可在其页面办理，或以 PIN 授权。",
)
left_by = "Left by", "提交人"
since = "Since", "自"
roster = "Who worked at which till", "谁在哪台收银台"
roster_hint = (
    "From the first that somebody did there until the last: opening, selling, counting.",
    "自其在该台的首项操作至末项：开启、销售、清点。",
)
first_there = "First", "首项"
last_there = "Last", "末项"
nobody_there = "Nobody on these days.", "这些日子无人。"
times = "Times", "次数"

looked_at = MappingProxyType(
    {
        "voids": ("Voids", "作废"),
        "refunds": ("Refunds", "退款"),
        "no_sales": ("Drawer without a sale", "无销售开钱箱"),
        "removed_lines": ("Lines taken out", "移除的行"),
        "price_overrides": ("Prices set by hand", "手动改价"),
    }
)
acts = MappingProxyType(
    {
        "override_given": ("allowed", "已授权"),
        "override_refused": ("refused", "已拒绝"),
    }
)


def locked(minutes: int) -> Said:
    """After wrong PINs."""
    if minutes <= 1:
        return "locked out, about a minute", "已锁定，约 1 分钟"
    return f"locked out, about {minutes:,} minutes", f"已锁定，约 {minutes:,} 分钟"


def at(workstation: str, in_office: bool) -> Said:
    """Where somebody is signed in."""
    if in_office:
        return f"{workstation} (back office)", f"{workstation}（后台）"
    return workstation, workstation


def waits(kind: str, what: str) -> Said:
    """What is waited for."""
    match kind:
        case "order":
            return f"Draft of an order to be sent: {what}", f"待发出的订单草稿：{what}"
        case "count":
            return f"Count to be booked: {what}", f"待入账的盘点：{what}"
        case _:
            return "Something that head office was asked for at a till", "收银台向总部提出的请求"


def pin_given(name: str) -> Said:
    """Done."""
    return (
        f"{name} signs in with it, and chooses a PIN of their own then.",
        f"{name} 可用此 PIN 登录，届时须自选 PIN。",
    )


def let_in(name: str) -> Said:
    """Done."""
    return f"{name} may try again now.", f"{name} 现在可以重试。"
