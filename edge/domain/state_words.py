"""What the store box says of itself, sentence by sentence, in English and Chinese: a sentence is
its name and the figures in it, and each language's words are a template over the same figures.
Another sentence is a row here; what head office or a file said is quoted as it was said.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

ENGLISH, CHINESE = 0, 1
"""Places in a row."""


class Sentence(msgspec.Struct, frozen=True):
    """``about``: the figures and names in it, by the names of the templates."""

    name: str
    about: Mapping[str, str | int] = {}


SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "stopped": (
            "Sending to head office is stopped ({why}); {waiting:,} records wait. Selling goes on."
            " Call head office.",
            "已停止向总部发送（{why}）；{waiting:,} 条记录在等待。销售照常。请致电总部。",
        ),
        "refused": (
            "{why}; {waiting:,} records wait. Selling goes on. Call head office.",
            "总部拒绝了本机（{why}）；{waiting:,} 条记录在等待。销售照常。请致电总部。",
        ),
        "busy_waiting": (
            "Head office is busy; {waiting:,} records wait and are sent when it has a moment."
            " Selling goes on.",
            "总部正忙；{waiting:,} 条记录在等待，稍后发送。销售照常。",
        ),
        "busy": (
            "Head office is busy; it asks for a moment. Selling goes on.",
            "总部正忙，请稍候。销售照常。",
        ),
        "never_reached": (
            "Head office was not reached yet; {waiting:,} records wait. Selling goes on.",
            "尚未联络到总部；{waiting:,} 条记录在等待。销售照常。",
        ),
        "quiet": (
            "Head office has everything; it was last reached {minutes:,} min ago. Selling goes on.",
            "总部已收到全部；最近联络于 {minutes:,} 分钟前。销售照常。",
        ),
        "quiet_waiting": (
            "Head office was last reached {minutes:,} min ago; {waiting:,} records wait and will be"
            " sent when the line is back. Selling goes on.",
            "最近联络到总部于 {minutes:,} 分钟前；{waiting:,} 条记录在等待，线路恢复后发送。"
            "销售照常。",
        ),
        "unreached_waiting": (
            "{waiting:,} records wait for head office, which does not answer just now. Selling goes"
            " on.",
            "{waiting:,} 条记录在等待总部，总部目前没有回应。销售照常。",
        ),
        "unreached": (
            "Head office has everything; it does not answer just now. Selling goes on.",
            "总部已收到全部；目前没有回应。销售照常。",
        ),
        "on_their_way": (
            "{waiting:,} records are on their way to head office.",
            "{waiting:,} 条记录正发往总部。",
        ),
        "everything": ("Head office has everything.", "总部已收到全部。"),
        "own_epoch": (
            "This box sells in epoch {epoch}, which it opened itself.",
            "本机在自行开启的周期 {epoch} 中销售。",
        ),
        "tails": (
            "The end of epoch {epochs} goes to head office first.",
            "周期 {epochs} 的末尾先发往总部。",
        ),
        "aside": (
            "It keeps {count:,} records that do not count yet.",
            "总部保存了 {count:,} 条尚未计入的记录。",
        ),
        "aside_one": (
            "It keeps 1 record that does not count yet.",
            "总部保存了 1 条尚未计入的记录。",
        ),
        "alarms": ("{count:,} alarms need a person.", "{count:,} 个警报需人处理。"),
        "alarms_one": ("1 alarm needs a person.", "1 个警报需人处理。"),
        "protocol_newer": (
            "Head office speaks protocol {newest} as well: this box can be updated.",
            "总部也支持协议 {newest}：本机可以更新。",
        ),
        "protocol_update_box": (
            "Head office does not speak this box's protocol {ours}: update this box.",
            "总部不支持本机的协议 {ours}：请更新本机。",
        ),
        "protocol_update_office": (
            "Head office does not speak this box's protocol {ours}: update head office.",
            "总部不支持本机的协议 {ours}：请更新总部。",
        ),
        "disk": (
            "The disk has {mebibytes:,} MiB left: free some space. A full disk stops selling; what"
            " was sold is kept.",
            "磁盘剩余 {mebibytes:,} MiB：请腾出空间。磁盘满会使销售停止；已售的会保留。",
        ),
        "clock_ahead": (
            "This box's clock was {seconds:,} s ahead of head office's at the last contact, and"
            " receipts carry its time: set whichever is wrong (or let NTP). Selling goes on.",
            "最近联络时，本机时钟比总部快 {seconds:,} 秒，收据用的是本机时间：请校正错误的一方"
            "（或由 NTP 校正）。销售照常。",
        ),
        "clock_behind": (
            "This box's clock was {seconds:,} s behind head office's at the last contact, and"
            " receipts carry its time: set whichever is wrong (or let NTP). Selling goes on.",
            "最近联络时，本机时钟比总部慢 {seconds:,} 秒，收据用的是本机时间：请校正错误的一方"
            "（或由 NTP 校正）。销售照常。",
        ),
        "certificate_fault": (
            "The certificate files of the shop's own are not used as they lie there: {why}",
            "本店自备的证书文件目前无法使用：{why}",
        ),
        "certificate_expired": (
            "The certificate has expired, and devices warn of it: tills on other machines go on"
            " where their people let them. It is renewed when head office is reached.",
            "证书已过期，设备会提出警告：其他机器上的收银台经人员允许后可继续使用。"
            "联络到总部时会更新。",
        ),
        "certificate_refused": (
            "Head office gave this box no certificate: {why}",
            "总部没有给本机证书：{why}",
        ),
        "certificate_expires": (
            "The certificate expires in {days} days and was not renewed yet: let this box reach"
            " head office before that, or renew the shop's own files.",
            "证书将于 {days} 天后过期，尚未更新：请在此前让本机联络到总部，或更新本店自备的文件。",
        ),
    }
)


def said_in(language: int, sentence: Sentence) -> str:
    """``language``: ENGLISH or CHINESE."""
    return SENTENCES[sentence.name][language].format_map(sentence.about)


def is_of_summary(sentence: Sentence) -> bool:
    """Whether it belongs to the summary: clock and certificate are told beside it."""
    return not sentence.name.startswith(("clock", "certificate"))


def summary_in(language: int, sentences: Iterable[Sentence]) -> str:
    """How the box and head office are apart, in one text."""
    return " ".join(said_in(language, one) for one in sentences if is_of_summary(one))


def in_english(sentence: Sentence | None) -> str | None:
    """None where there is nothing to say."""
    return None if sentence is None else said_in(ENGLISH, sentence)
