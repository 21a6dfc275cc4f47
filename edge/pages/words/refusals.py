"""What a refusal says in Chinese, by its slug: its sentence, a template over the refusal's own
members as its English one is, and what to do. One that is missing here is said in English.

``words/problem.py`` says what to do where a refusal's own remedy is for programs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from edge.pages.words.language import Said
from sync.protocol.errors import Explained


class InChinese(NamedTuple):
    """``remedy`` empty: ``problem.remedies`` has it in both languages."""

    detail: str
    remedy: str = ""


REFUSALS: Mapping[str, InChinese] = MappingProxyType(
    {
        "business-day-archived": InChinese(
            "{business_date} 已结束；其结束记录已不在本店。", "请查看总部的账目。"
        ),
        "business-day-behind": InChinese(
            "{business_date} 之后已结束过其他营业日。", "请将遗漏的内容记入目前开启的营业日。"
        ),
        "business-day-closed": InChinese("{business_date} 已结束。"),
        "business-day-far": InChinese(
            "{business_date} 与今天相差甚远；按总部与本机的时钟，今天是 {known_today}。"
        ),
        "business-day-open-already": InChinese("{open_date} 仍在营业；同时只能开启一天。"),
        "business-day-out-of-reach": InChinese(
            "无法开启 {business_date}：可开启 {earliest} 至 {latest}。",
            "请填写正在营业的日期；若无误，请先校正本机时钟。",
        ),
        "business-day-too-early": InChinese(
            "{business_date} 早于最近结束的 {last_closed}；营业日须依次进行。"
        ),
        "card-number": InChinese("所填内容含有银行卡号，不得保存。", "请去掉卡号后重新填写。"),
        "counted-blind": InChinese("当日仍有收银台未清点。", "所有收银台清点后即显示金额。"),
        "inactive-operator": InChinese("操作员 {operator_id} 已停用。", "请由其他操作员登录。"),
        "label-printer-out": InChinese(
            "标签打印机 {name} 没有打印或未打印完。{why}",
            "请检查标签、色带与线路后重试，或打印到标签纸。",
        ),
        "locked-out": InChinese(
            "PIN 输错次数太多，暂时不再接受。", "请稍候，或由经理解锁；总部可电话解锁。"
        ),
        "no-label-printer": InChinese(
            "没有名为 {name} 的标签打印机。", "请在 edge.toml 的 [label_printers] 中设置并重启。"
        ),
        "no-printer": InChinese(
            "工作站 {workstation_id} 未设置打印机。",
            "请通过浏览器打印，或在 edge.toml 的 [printers] 中设置。",
        ),
        "not-locked-out": InChinese("{operator_id} 可立即输入 PIN。", "请登录。"),
        "not-our-form": InChinese("此表单并非来自当前会话的页面。", "请重新载入页面后再试。"),
        "override-refused": InChinese(
            "此授权无效。", "请另行授权：授权只对该操作与金额有效一次，限一分钟。"
        ),
        "permission-needed": InChinese("{operator_id} 没有此权限（{permission}）。"),
        "override-needed": InChinese("此操作超出 {operator_id} 的权限（{permission}）。"),
        "pin-as-before": InChinese("这是您现有的 PIN，他人可能知道。", "请另选一个。"),
        "printer-out": InChinese(
            "{workstation_id} 的打印机没有打印，或未打印完整。",
            "销售已安全保存。请检查纸张与线路后重新打印，或通过浏览器打印。",
        ),
        "request-id-reused": InChinese("此表单曾以其他内容提交；这次没有执行。"),
        "sign-in-refused": InChinese("操作员与 PIN 不符。"),
        "span-too-long": InChinese(
            "{first} 至 {last} 不是 1 至 {days_max} 天的时段。",
            "请选择相隔较近的两个日期，早者在前。",
        ),
        "tills-open": InChinese("{business_date} 仍有收银台未结算：{named}。"),
        "too-many-tries": InChinese("尝试次数过多。", "请稍候再试。"),
        "trivial-pin": InChinese(
            "数字全部相同或连续的 PIN 最容易被猜中。", "请另选 4 至 8 位数字。"
        ),
        "unknown-business-day": InChinese("本店未开启过 {business_date}。"),
        "unknown-operator": InChinese(
            "没有编号为 {operator_id} 的操作员。", "请由总部已设置的操作员登录。"
        ),
        "unknown-till-session": InChinese("本店没有这个收银台时段。", "请在营业日页面选择。"),
        "no-such-workstation": InChinese("本店没有这个工作站。", "请在营业日页面选择。"),
        "order-cancelled": InChinese("此订单已取消。", "请另下订单；已到之货可不按订单收货。"),
        "order-closed": InChinese(
            "此订单的余货已不再等待。", "请另下订单；已到之货可不按订单收货。"
        ),
        "order-not-sent": InChinese("此订单仍是草稿。", "请先发出订单。"),
        "order-partly-received": InChinese(
            "此订单已有部分到货，不能取消。", "请改为不再等待余货：已到之货保留。"
        ),
        "order-received": InChinese("此订单已到齐，不再等待。", "如有不妥，请退给供应商。"),
        "order-sent-already": InChinese("此订单已发出，不再更改。", "请另下订单，或取消此订单。"),
        "ordered-twice": InChinese("{item_id} 出现在多行中。", "每种商品只写一行。"),
        "too-much-at-once": InChinese("各行合计超出上限。", "请分次填写。"),
        "unknown-purchase-order": InChinese("本店没有这张订单。", "请在订货页面选择。"),
        "unknown-supplier": InChinese("没有编号为 {supplier_id} 的供应商。", "请从列表中选择。"),
        "unknown-supplier-return": InChinese("没有这笔退货。", "请在退供应商页面选择。"),
    }
)


class _Members(dict[str, Any]):
    """What a template can name: whatever the refusal has."""

    def __init__(self, refusal: Explained) -> None:
        super().__init__()
        self._refusal = refusal

    def __missing__(self, name: str) -> Any:
        return getattr(self._refusal, name)


def detail(refusal: Explained) -> Said:
    """Its sentence."""
    known = REFUSALS.get(refusal.slug)
    chinese = refusal.detail if known is None else known.detail.format_map(_Members(refusal))
    return refusal.detail, chinese


def title(slug: str, own: str) -> Said:
    """Heads the page of one."""
    return own, "无法执行" if slug in REFUSALS else own
