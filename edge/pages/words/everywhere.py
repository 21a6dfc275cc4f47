"""What more than one page says: the frame around it, heads of columns, how long ago."""

from types import MappingProxyType

from edge.pages.words.language import Said

office = "Back office", "后台"
to_the_content = "To the content", "跳到内容"
you_are_here = "You are here", "当前位置"
places = MappingProxyType(
    {
        "day": ("Day", "营业日"),
        "tills": ("Tills", "收银台"),
        "stock": ("Stock", "库存"),
        "orders": ("Orders", "订货"),
        "people": ("People", "人员"),
        "reports": ("Reports", "报表"),
        "sync": ("Sync", "同步"),
    }
)
sign_out = "Sign out", "登出"
other_language = "中文", "English"
not_known = "not known", "未知"
none = "none", "无"
show = "Show", "显示"
csv = "These tables as CSV", "这些表格（CSV）"
workbook = "These tables as a workbook (XLSX)", "这些表格（XLSX 工作簿）"
print_hint = "Prints as it stands: Ctrl+P", "可直接打印：Ctrl+P"
scans_wait = "Scans that wait for the box:", "等待主机的扫描："
away = (
    "The store box does not answer: what stands here is how it was.",
    "店内主机没有回应：此处为之前的情况。",
)
box_says = "In the store box's own words:", "店内主机的原话："
workstation = "Workstation", "工作站"
units = MappingProxyType(
    {
        "each": ("each", "件"),
        "pack": ("pack", "包"),
        "kg": ("kg", "公斤"),
        "g": ("g", "克"),
        "l": ("l", "升"),
        "ml": ("ml", "毫升"),
        "m": ("m", "米"),
    }
)
"""Of an item; another one is called as it is written."""
operator = "Operator", "操作员"
when = "When", "时间"
reason = "Reason", "原因"

states = MappingProxyType(
    {
        "fine": ("fine", "正常"),
        "wait": ("waiting", "等待中"),
        "attention": ("needs a person", "需人处理"),
        "stop": ("stop", "停止"),
        "unknown": ("not known", "未知"),
        "away": ("away", "离线"),
    }
)
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000


def as_of(when: str, zone: str) -> Said:
    """Of which moment the figures are."""
    return f"As of {when} ({zone})", f"截至 {when}（{zone}）"


def at(name: str, workstation: str) -> Said:
    """Who is signed in, and through which device."""
    return f"{name}, at {workstation}", f"{name}，于 {workstation}"


def ago(then_ms: int | None, now_ms: int) -> Said:
    """``5 min ago``; None: never."""
    if then_ms is None:
        return "never", "从未"
    passed = max(0, now_ms - then_ms)
    if passed < _MINUTE:
        return f"{passed // _SECOND} s ago", f"{passed // _SECOND} 秒前"
    if passed < _HOUR:
        return f"{passed // _MINUTE} min ago", f"{passed // _MINUTE} 分钟前"
    if passed < 2 * _DAY:
        return f"{passed // _HOUR} h ago", f"{passed // _HOUR} 小时前"
    return f"{passed // _DAY} days ago", f"{passed // _DAY} 天前"
