"""What is looked at, in Chinese: of each check its title, what is true when it is fine, and what to
do when it is not. What it found then is said by ``chinese_sentences.py``, or quoted.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from edge.doctor.chinese_sentences import in_chinese
from sync.program.findings import Finding, Report, State


class Looked(NamedTuple):
    """Of one check."""

    title: str
    fine: str
    remedy: str


LOOKED: Mapping[str, Looked] = MappingProxyType(
    {
        "disk": Looked("磁盘", "有空间，且可写入。", "请腾出空间；若磁盘有故障，请更换主机。"),
        "sqlite": Looked("数据库程序", "版本可靠。", "请安装可靠的版本。"),
        "settings": Looked("设置", "设置可用。", "请更正 edge.toml。"),
        "key": Looked("本机密钥", "密钥正确，他人无法读取。", "请从备份放回密钥，并只让本机读取。"),
        "schema": Looked("数据库版本", "数据库是最新版本。", "请启动主机更新，或装回较新的程序。"),
        "database": Looked(
            "数据库", "数据库完好。", "请停止主机，致电总部，并先保留整个文件夹的副本。"
        ),
        "chain": Looked(
            "销售记录", "记录与写入时一致。", "请停止主机，致电总部，并先保留整个文件夹的副本。"
        ),
        "serving": Looked("店内主机", "主机正在运行。", "请启动主机：主机停止时收银台不能销售。"),
        "port": Looked("端口", "收银台可以连接主机。", "请查看还有什么程序占用此端口。"),
        "certificate": Looked(
            "证书", "其他机器上的收银台可以信任主机。", "联络到总部后会更新；自备的文件请自行更新。"
        ),
        "workstations": Looked("工作站", "工作站已配对。", "请配对第一个工作站。"),
        "printers": Looked(
            "打印机", "打印机就绪，或收据通过浏览器打印。", "请检查纸张、机盖与线路；销售照常。"
        ),
        "label_printers": Looked(
            "标签打印机", "标签打印机就绪，或没有设置。", "请检查标签纸、打印头盖与线路。"
        ),
        "drawing": Looked("收据的字体与图片", "收据可以完整打印。", "请安装所缺的内容或换图片。"),
        "mail": Looked(
            "邮件", "没有邮件受阻。", "请检查 edge.toml 中 [mail] 的服务器、用户与密码。"
        ),
        "name": Looked("总部的地址", "地址可以找到。", "请检查 edge.toml 中的地址与网络的 DNS。"),
        "connection": Looked("连接总部", "可以连接。", "请检查线路与路由器；销售照常。"),
        "tls": Looked("加密连接", "总部的证书可信。", "请检查总部的证书与本机时钟；销售照常。"),
        "answer": Looked("应答者", "应答的是总部。", "请检查地址，或先登录此网络；销售照常。"),
        "signature": Looked("签名", "总部接受本机的签名。", "请致电总部。"),
        "clock": Looked("时钟", "本机时钟与总部一致。", "请让网络校正时钟：收据用的是本机时间。"),
        "journal": Looked(
            "等待发往总部", "没有久等的记录。", "记录在此安全保存；请恢复线路，或致电总部。"
        ),
        "feeds": Looked(
            "总部发布的数据", "已是最新，或正在接收。", "请更新本机程序，或请总部重新发布。"
        ),
        "alarms": Looked("警报", "没有警报。", "请逐一阅读并处理。"),
        "versions": Looked("程序版本", "与总部的版本相符。", "请安装总部指定的版本。"),
    }
)


def report_in_chinese(told: Report) -> Report:
    """The same report."""
    return msgspec.structs.replace(told, findings=tuple(map(_spoken, told.findings)))


def _spoken(one: Finding) -> Finding:
    looked = LOOKED[one.check]
    if one.state is State.FINE:
        return msgspec.structs.replace(one, title=looked.title, says=looked.fine)
    quoted = f"{'无法检查' if one.state is State.UNKNOWN else '主机的说明'}：{one.says}"
    says = in_chinese(one.says) or quoted
    remedy = None if one.state is State.UNKNOWN and one.remedy is None else looked.remedy
    return msgspec.structs.replace(one, title=looked.title, says=says, remedy=remedy)
