"""What the checks say where something is not fine, in Chinese: each sentence as it stands in the
check, its slots by name, beside the same in Chinese. What stands in a slot is a name, a figure or
what another program said, and is quoted as it is.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from edge.domain import state_words

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        # disk, database program, clock, port, the running box
        "It cannot be looked at: {why}.": "无法查看：{why}。",
        "This machine's clock is {s} s ahead of head office's. Receipts carry its time.": (
            "本机时钟比总部快 {s} 秒。收据用的是本机时间。"
        ),
        "This machine's clock is {s} s behind head office's. Receipts carry its time.": (
            "本机时钟比总部慢 {s} 秒。收据用的是本机时间。"
        ),
        "This machine's clock shows {now}, and it was {seen} before. Receipts carry its time.": (
            "本机时钟显示 {now}，而此前已到 {seen}。收据用的是本机时间。"
        ),
        "It shows {now}; head office does not answer to hold it against.": (
            "时钟显示 {now}；总部没有应答，无法核对。"
        ),
        "The box serves on a port that it took by itself and told nobody.": (
            "主机自行选用了端口，没有告诉任何人。"
        ),
        "The box runs, but {address} does not answer ({why}).": (
            "主机在运行，但 {address} 没有应答（{why}）。"
        ),
        "{address} answers with status {status} in the box's place.": (
            "{address} 以状态 {status} 应答，应答者不是主机。"
        ),
        "The box's port {port} cannot be opened: {why}.": "主机的端口 {port} 无法打开：{why}。",
        "The box does not run: no till can sell.": "主机没有运行：收银台不能销售。",
        "The box does not run, and ended without a word: it served {address}.": (
            "主机没有运行，上次未正常结束；它曾在 {address} 服务。"
        ),
        "The disk of {folder} takes only {files} more files.": (
            "{folder} 所在的磁盘只能再存 {files} 个文件。"
        ),
        "The disk of {folder} has {free} MiB free; {wanted} MiB are wanted.": (
            "{folder} 所在的磁盘剩 {free} MiB，需要 {wanted} MiB。"
        ),
        "The disk of {folder} is full ({why}): nothing more is written.": (
            "{folder} 所在的磁盘已满（{why}）：无法再写入。"
        ),
        "The disk of {folder} can only be read ({why}): it may be failing.": (
            "{folder} 所在的磁盘只能读取（{why}）：可能有故障。"
        ),
        "{folder} cannot be written: {why}.": "{folder} 无法写入：{why}。",
        # key, schema, database, records
        "{path} is gone: head office takes nothing from a box without its key.": (
            "{path} 不见了：没有密钥，总部不接受本机的任何内容。"
        ),
        "Others on this machine may read {path}.": "本机的其他用户可以读取 {path}。",
        "{path} is another key than the one that this box was enrolled with.": (
            "{path} 不是本机登记时的密钥。"
        ),
        "{path} is gone: what this box sold and head office does not have is lost with it.": (
            "{path} 不见了：总部尚未收到的销售也随之丢失。"
        ),
        "The database's schema is {step}, this version's is {newest}.": (
            "数据库版本是 {step}，本程序的是 {newest}。"
        ),
        "The database was changed by a newer version (schema {step}, this one knows {newest}).": (
            "数据库已被较新的程序更改（版本 {step}，本程序只认识 {newest}）。"
        ),
        "It is too large to be looked at whole in {s} s.": "太大，无法在 {s} 秒内查完。",
        "The database is damaged: {why}.": "数据库已损坏：{why}。",
        "Rows that others name are gone, in {tables}.": "有记录所指的内容不见了：{tables}。",
        "Record {seq} of epoch {epoch} is missing or not what was written.": (
            "第 {seq} 条记录（编号段 {epoch}）缺失，或与写入时不同。"
        ),
        "What is here is whole, but not all that was: {missing}.": (
            "现有的记录完好，但并非全部：{missing}。"
        ),
        # what waits, alarms
        "Sending to head office is stopped ({why}); {waiting} records wait.": (
            "已停止向总部发送（{why}）；有 {waiting} 条记录等待。"
        ),
        "{refused}; {waiting} records wait.": "{refused}；有 {waiting} 条记录等待。",
        "{waiting} records are not at head office yet.": "有 {waiting} 条记录尚未到达总部。",
        "{waiting} records are not at head office yet, the oldest since {when}.": (
            "有 {waiting} 条记录尚未到达总部，最早的自 {when} 起。"
        ),
        "{many} stand: {kinds}.": "有 {many} 个警报：{kinds}。",
        # certificate, workstations
        "It is not for {names}: tills that call the box so are warned.": (
            "证书不含 {names}：以此称呼主机的收银台会看到警告。"
        ),
        "There is none, so only tills on this machine are answered: {why}.": (
            "没有证书，因此只应答本机上的收银台：{why}。"
        ),
        "No workstation is paired.": "尚未配对任何工作站。",
        # paper and post
        "The logo is left out of receipts: {why}.": "收据上没有徽标：{why}。",
        "Tamil is not drawn for printers: the library that orders its letters is missing.": (
            "打印机无法打印泰米尔文：缺少排字的程序库。"
        ),
        "The library for PDFs is not there: receipts go as text only.": (
            "缺少制作 PDF 的程序库：收据只能以文字发送。"
        ),
        "No font here has {scripts} letters: they print as question marks.": (
            "本机没有 {scripts} 的字体：这些字会印成问号。"
        ),
        "{letters} waits to go by e-mail, and no server for it is named.": (
            "等待以邮件发送的有：{letters}；但没有指定邮件服务器。"
        ),
        "{letters} wait to go by e-mail, and no server for it is named.": (
            "等待以邮件发送的有：{letters}；但没有指定邮件服务器。"
        ),
        "The file with the password for {host} cannot be read.": "{host} 的密码文件无法读取。",
        "{host} asks for a password, and none is given here.": "{host} 要求密码，而这里没有。",
        "{letters} waits to go by e-mail, since {when}.": (
            "自 {when} 起等待以邮件发送的有：{letters}。"
        ),
        "{letters} wait to go by e-mail, since {when}.": (
            "自 {when} 起等待以邮件发送的有：{letters}。"
        ),
        "{letters} waits to go by e-mail, since {when}. It said last: {why}.": (
            "自 {when} 起等待以邮件发送的有：{letters}。服务器最后说：{why}。"
        ),
        "{letters} wait to go by e-mail, since {when}. It said last: {why}.": (
            "自 {when} 起等待以邮件发送的有：{letters}。服务器最后说：{why}。"
        ),
        "{letters} was given up in {days} days.": "{days} 天内放弃发送的有：{letters}。",
        "{letters} were given up in {days} days.": "{days} 天内放弃发送的有：{letters}。",
        "{letters} was given up in {days} days. It said last: {why}.": (
            "{days} 天内放弃发送的有：{letters}。服务器最后说：{why}。"
        ),
        "{letters} were given up in {days} days. It said last: {why}.": (
            "{days} 天内放弃发送的有：{letters}。服务器最后说：{why}。"
        ),
        # the way to head office
        "Not looked at: the step before it is not fine.": "未查看：前一步不正常。",
        "The name {host} does not resolve ({why}). Selling goes on.": (
            "名称 {host} 无法解析（{why}）。销售照常。"
        ),
        "{host} is there, and nothing listens on its port {port}. Selling goes on.": (
            "{host} 在线，但端口 {port} 无人应答。销售照常。"
        ),
        "{host} cannot be reached on port {port} ({why}). Selling goes on.": (
            "无法连接 {host} 的端口 {port}（{why}）。销售照常。"
        ),
        "{host} is not trusted: {why}. Nothing is sent to it. Selling goes on.": (
            "{host} 不可信：{why}。不会向它发送任何内容。销售照常。"
        ),
        "Head office's address begins with http://: whoever is on the line can read along.": (
            "总部的地址以 http:// 开头：线路上的任何人都能读到内容。"
        ),
        "Somebody else answers at head office's address (a login page, a proxy, another server):"
        " head office did not sign the answer, and nothing of it was taken. Selling goes on.": (
            "总部的地址上应答的是别人（登录页、代理或别的服务器）：应答没有总部的签名，"
            "未采用其内容。销售照常。"
        ),
        "{url} does not answer: {why}. Selling goes on.": "{url} 没有应答：{why}。销售照常。",
        "Head office at {url} fails (status {status}). Selling goes on.": (
            "总部 {url} 出错（状态 {status}）。销售照常。"
        ),
        "Something answers at {url}, but it is not head office (status {status}): a login page of"
        " this network, or another server. Selling goes on.": (
            "{url} 有应答，但不是总部（状态 {status}）：可能是登录页或别的服务器。销售照常。"
        ),
        "Head office did not answer this box's signed request: {why}. Selling goes on.": (
            "总部没有应答本机签名的请求：{why}。销售照常。"
        ),
        "This is {software}; head office does not say what it speaks.": (
            "本机是 {software}；总部没有说明它的版本。"
        ),
        "This is {software}, which speaks version {own} of the exchange; head office speaks"
        " {spoken}.": "本机是 {software}，用交换协议第 {own} 版；总部用第 {spoken} 版。",
        "{rows} of head office's cannot be used by this version, such as {one}: {why}. What was"
        " known before is in use.": (
            "总部的 {rows} 无法被本程序使用，例如 {one}：{why}。仍使用此前的内容。"
        ),
        "Nothing that head office published is here; it cannot be asked now.": (
            "尚无总部发布的数据；现在无法询问总部。"
        ),
        "What head office published is here as of {when}; it cannot be asked now.": (
            "总部截至 {when} 发布的数据在此；现在无法询问总部。"
        ),
        "Not here yet: {named}.": "尚未到达：{named}。",
    }
)
OF_A_PRINTER: Mapping[str, str] = MappingProxyType(
    {
        "{name} is ready": "{name} 就绪",
        "{name} is reached, and says nothing of its paper": "{name} 可连接，但不报告纸张",
        "{name} is ready, and its paper ends soon": "{name} 就绪，但纸快用完",
        "{name} has no paper": "{name} 缺纸",
        "{name} has its cover open": "{name} 的盖子开着",
        "{name} says that it has a fault": "{name} 报告故障",
        "{name} says that it has a fault ({why})": "{name} 报告故障（{why}）",
        "{name} cannot be reached ({why})": "{name} 无法连接（{why}）",
    }
)
"""Each by its name, one after the other."""
_LETTERS = (
    (re.compile(r"([\d,]+) receipts?"), r"\1 张收据"),
    (re.compile(r"([\d,]+) orders?"), r"\1 张订单"),
)
_SLOT = re.compile(r"\{(\w+)\}")


def _pattern(sentence: str) -> re.Pattern[str]:
    """What a check says by this sentence, its slots as groups."""
    parts = _SLOT.split(sentence)
    named = (f"(?P<{one}>.+?)" if at % 2 else re.escape(one) for at, one in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)


def _known(sentences: Mapping[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those that say most first: a sentence of slots alone would be every other one, too."""
    most = sorted(sentences.items(), key=lambda one: -len(_SLOT.sub("", one[0])))
    return tuple((_pattern(english), chinese) for english, chinese in most)


_OF_CERTIFICATES = {
    english: chinese
    for name, (english, chinese) in state_words.SENTENCES.items()
    if name.startswith("certificate")
}
_SENTENCES, _PRINTERS = _known({**_OF_CERTIFICATES, **SENTENCES}), _known(OF_A_PRINTER)


def in_chinese(says: str) -> str | None:
    """A check's sentence; None: it stands in no list, and is quoted."""
    whole = _said(_SENTENCES, says)
    if whole is not None:
        return whole
    each = [_said(_PRINTERS, one) for one in says.removesuffix(".").split("; ")]
    told = [one for one in each if one is not None]
    return "；".join(told) + "。" if len(told) == len(each) else None


def _said(known: tuple[tuple[re.Pattern[str], str], ...], says: str) -> str | None:
    for pattern, chinese in known:
        found = pattern.fullmatch(says)
        if found is not None:
            slots = found.groupdict()
            if "letters" in slots:
                slots["letters"] = _letters(slots["letters"])
            return chinese.format(**slots)
    return None


def _letters(english: str) -> str:
    said = english.replace(" and ", "、")
    for pattern, chinese in _LETTERS:
        said = pattern.sub(chinese, said)
    return said
