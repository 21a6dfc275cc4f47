"""What the page says of how this shop and head office are apart."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Sync", "同步"
subtitle = "What head office has of this shop", "总部已收到本店的哪些内容"
waits = "What waits", "等待发送"
confirmed = "What head office has confirmed", "总部已确认"
nothing_confirmed = (
    "It has confirmed no receipt of this box yet.",
    "总部尚未确认本机的任何收据。",
)
since = "The oldest since", "最早的等待自"
contact = "Last contact", "最近联络"
epoch = "Epoch", "周期"
looked_at = "What is looked at", "检查项目"
look_at = "Item", "项目"
state = "State", "状态"
says = "How it is, and what to do", "情况与处理办法"
workstations = "Workstations", "工作站"
last_here = "Last contact", "最近联络"
who = "Signed in", "登录者"
keeps = "Receipts that it keeps", "保存的收据"
keeps_hint = (
    "A till keeps each of its receipts until head office has it: a box that burns loses none.",
    "总部收到之前，收银台会保留自己的每张收据：主机损毁也不会丢失。",
)
not_since_start = "not since the box was started", "主机启动后尚未联络"
office_device = "back office only", "仅后台"
no_workstation = "No workstation is paired.", "没有已配对的工作站。"
epochs = "Epochs of this box", "本机的周期"
events = "Records", "记录"
acknowledged = "Confirmed through", "已确认至"
waiting = "Waiting", "等待"
published = "What head office published", "总部发布的数据"
data_set = "Data", "数据"
number = "Publication", "发布号"
examine = "Look at everything", "全面检查"
examine_hint = (
    "Disk, clock, keys, database, printers and the way to head office, step by step. It takes up to"
    " half a minute, and selling goes on.",
    "逐项检查磁盘、时钟、密钥、数据库、打印机以及到总部的线路。最长需半分钟，销售照常。",
)
examined = "The store box", "店内主机"
again = "Look again", "重新检查"
back = "To the Sync page", "返回同步页"

rows = MappingProxyType(
    {
        "line": ("Head office", "总部"),
        "clock": ("Clock", "时钟"),
        "disk": ("Disk", "磁盘"),
        "backup": ("Backup", "备份"),
        "certificate": ("Certificate", "证书"),
        "data": ("Published data", "发布的数据"),
        "counted": ("Not counted yet", "尚未计入"),
        "mail": ("E-mail", "电邮"),
        "printers": ("Printers", "打印机"),
        "alarms": ("Alarms", "警报"),
    }
)
epoch_states = MappingProxyType(
    {
        "writing": ("this box writes in it", "本机正在写入"),
        "ended": ("ended; its end is on its way", "已结束，余下的正在发送"),
        "sent": ("ended; head office has all of it", "已结束，总部已全部收到"),
        "left": ("left; the rest was carried on", "已离开，其余已续接"),
    }
)
all_counted = "What head office has, it counts.", "总部收到的均已计入。"
clock_fine = "As head office's, at the last contact.", "与总部一致（最近联络时）。"
clock_unknown = (
    "Head office has not said its time yet.",
    "总部尚未告知时间。",
)
certificate_fine = "In order.", "正常。"
certificate_none = (
    "None is shown: tills on this machine alone are answered.",
    "未出示证书：只回应本机上的收银台。",
)
data_fine = "All of it is in use.", "全部在用。"
no_alarm = "None stands.", "没有警报。"
no_mail = "None waits.", "没有等待发送的。"


who_clears = (
    "Selling goes on. Call head office, then let a technician clear each with `edge alarm clear`.",
    "销售照常。请致电总部，然后由技术人员用 edge alarm clear 逐一解除。",
)
another_alarm = (
    "Something happened that should not. Call head office.",
    "发生了不应发生的情况。请致电总部。",
)
alarms = MappingProxyType(
    {
        "sale_id_reused": (
            "A till sent another receipt under the number of one that was finished: the first one"
            " counts. Look at that till's last receipts.",
            "收银台以已完成收据的编号发送了另一张收据：以第一张为准。请核对该台最近的收据。",
        ),
        "fork": (
            "A copy of this box sold as well. This one goes on with numbers of its own; switch the"
            " other off, and let head office say which goes on.",
            "本机的另一副本也在销售。本机以自己的编号继续；请关闭另一个，并由总部决定哪一个继续。",
        ),
        "rewound": (
            "This box was put back to an older copy of itself: what its tills kept since comes back"
            " from them. Keep every till switched on.",
            "本机被恢复为较旧的副本：此后的内容由收银台送回。请保持所有收银台开机。",
        ),
        "central_rewound": (
            "Head office was put back to an older copy of itself, and gets again what it lost."
            " Nothing is lost here.",
            "总部被恢复为较旧的副本，正重新接收所失内容。本店没有丢失。",
        ),
        "workstation_ahead": (
            "A till knows of receipts that this box has not: it brings them back. Keep that till"
            " switched on.",
            "某收银台有本机没有的收据：它会送回。请保持该台开机。",
        ),
        "fenced": (
            "Another box has taken this one's place: this one sends what it still has, and no more."
            " Sell at the new one.",
            "另一主机已接替本机：本机只发送余下的内容。请在新主机上销售。",
        ),
        "restored": (
            "This box goes on from a copy. Compare its last receipts with the tills' papers.",
            "本机由副本继续运行。请将最近的收据与收银台的纸质收据核对。",
        ),
        "bad_envelope": (
            "Head office could not read a record of this box, and sending is stopped. Call head"
            " office.",
            "总部无法读取本机的一条记录，已停止发送。请致电总部。",
        ),
        "journal_damaged": (
            "A record on this box's disk has changed and was set aside: its till is asked for the"
            " whole one. Let somebody look at the disk.",
            "本机磁盘上的一条记录已改变并被搁置：正向收银台索取完整记录。请检查磁盘。",
        ),
        "day_forgotten": (
            "Nobody closed a business day: it closed itself, and tills that were open were not"
            " counted. Count what lies in their drawers now, and note it down for head office.",
            "有营业日无人结束：已自动结束，当时未结算的收银台未清点。请清点其钱箱并记下，交总部。",
        ),
        "goods_overdue": (
            "Goods between shops are on their way for too long. Ask both shops: receive them by"
            " their number on the page Transfers, or settle there what will not come; the alarm"
            " then ends by itself.",
            "店间货品在途过久。请询问两店：在调拨页按编号收货，或了结不会到的部分；警报随后自行解除。",
        ),
        "journal_cut": (
            "The disk is nearly full: old records that head office has are kept for a shorter time."
            " Free some space.",
            "磁盘将满：总部已有的旧记录保存时间缩短。请腾出空间。",
        ),
    }
)


def disk_fine(mebibytes: int) -> Said:
    """Room that is left."""
    return f"{mebibytes:,} MiB are free.", f"剩余 {mebibytes:,} MiB。"


def records(count: int) -> Said:
    """So many wait."""
    return f"{count:,} records", f"{count:,} 条记录"


def worth(receipts: int, amount: str, currency: str) -> Said:
    """What is among them."""
    one = "receipt" if receipts == 1 else "receipts"
    return f"{receipts:,} {one} among them, worth {currency} {amount}", (
        f"其中 {receipts:,} 张收据，价值 {currency} {amount}"
    )


def through(number: str, when: str) -> Said:
    """The last receipt that head office has."""
    return f"Everything through receipt {number} of {when}.", f"至收据 {number}（{when}）为止。"


def event(seq: int, last: int) -> Said:
    """Where the journal stands there, and here."""
    return f"Record {seq:,} of {last:,}", f"第 {seq:,} 条，共 {last:,} 条"


def backup(receipts: int, amount: str, currency: str) -> Said:
    """What stands on this box's disk and its tills' alone."""
    if not receipts:
        return (
            "Head office holds every receipt; a new box takes this one's place with all of them.",
            "总部保有每张收据；新主机可凭此接替。",
        )
    return (
        f"{receipts:,} receipts, {currency} {amount}, stand on this box's disk and at its tills"
        " alone until head office has them. Keep both switched on.",
        f"{receipts:,} 张收据（{currency} {amount}）在总部收到之前"
        "只存于本机磁盘和收银台。请保持两者开机。",
    )


def aside(rows: int) -> Said:
    """Rows of head office's that this version cannot take."""
    return (
        f"{rows:,} rows cannot be used by this version, and what was known before is in use: update"
        " this box, or have head office publish them anew.",
        f"{rows:,} 行无法被此版本使用，仍沿用之前的数据：请更新本机，或请总部重新发布。",
    )


def not_counted(events: int) -> Said:
    """Kept there, and not counted."""
    return (
        f"Head office keeps {events:,} records and does not count them yet: its people see why"
        " there. Nothing is to be done here.",
        f"总部保存了 {events:,} 条尚未计入的记录：总部可看到原因，此处无需处理。",
    )


def mails(waiting: int, given_up: int) -> Said:
    """On their way, or given up."""
    return (
        f"{waiting:,} wait to be sent, {given_up:,} were given up in the last days.",
        f"{waiting:,} 封等待发送，最近几天放弃了 {given_up:,} 封。",
    )


def printers(names: str) -> Said:
    """Where one stands."""
    if not names:
        return (
            "None is named: receipts print through the browser.",
            "未设置打印机：收据通过浏览器打印。",
        )
    return (
        f"At {names}; whether each has paper is seen below, by looking at everything.",
        f"位于 {names}；纸张情况请用下方的全面检查查看。",
    )


def times(count: int) -> Said:
    """How often an alarm was raised."""
    return "once" if count == 1 else f"{count:,} times", f"{count:,} 次"


def opened_here(known: bool) -> Said:
    """Of an epoch that this box opened itself."""
    if known:
        return "opened by this box", "由本机开启"
    return "opened by this box, unknown to head office", "由本机开启，总部尚不知"
