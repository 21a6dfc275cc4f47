"""The store box itself, and what a request may be."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "alarm-cleared-already": InChinese("此警报已由 {by} 处理。", "无需处理。"),
    "already-there": InChinese("已经存在。", "请重新载入页面查看。"),
    "bad-request": InChinese("无法理解此请求。", "请重新载入页面后再试。"),
    "busy": InChinese("店内主机正忙。", "请稍后再试。"),
    "card-number": InChinese("所填内容含有银行卡号，不得保存。", "请去掉卡号后重新填写。"),
    "event-too-large": InChinese("此内容太长，无法保存。", "请分成几次。"),
    "fact-beyond-bounds": InChinese(
        "其中的数字、日期或文字超出范围，无法保存。", "请核对所填内容。"
    ),
    "internal": InChinese(
        "店内主机出了问题，已记录下来。若是销售，请查找该收据。",
        "请重试；若一直如此，请联系负责店内主机的人。",
    ),
    "invalid-field": InChinese("所填内容不符合要求（{field}）。", "请更正后再试。"),
    "label-printer-out": InChinese(
        "标签打印机 {name} 没有打印或未打印完。{why}",
        "请检查标签、色带与线路后重试，或打印到标签纸。",
    ),
    "method-not-allowed": InChinese("此地址不接受这种请求。", "请重新载入页面后再试。"),
    "name-of-display": InChinese(
        "“{workstation_id}”是收银台 {till} 前顾客显示屏的名称，不作他用。",
        "显示屏请用 edge pair 加收银台名与 --display；收银台或经理设备请另取名称。",
    ),
    "no-label-printer": InChinese(
        "没有名为 {name} 的标签打印机。", "请在 edge.toml 的 [label_printers] 中设置并重启。"
    ),
    "no-printer": InChinese(
        "工作站 {workstation_id} 未设置打印机。",
        "请通过浏览器打印，或在 edge.toml 的 [printers] 中设置。",
    ),
    "not-enrolled": InChinese("本机尚未属于任何店。", "请联系负责店内主机的人。"),
    "not-found": InChinese("这里没有所找的内容。", "请核对号码或地址；也可能在其他店。"),
    "not-json": InChinese("无法理解此请求。", "请重新载入页面后再试。"),
    "pdf-busy": InChinese("等待生成的 PDF 太多。", "请稍后再试；文字版随时可看。"),
    "pdf-not-made": InChinese("无法生成 PDF。", "内容没有丢失：文字版仍在；系统检查会说明缺什么。"),
    "printer-out": InChinese(
        "{workstation_id} 的打印机没有打印，或未打印完整。",
        "销售已安全保存。请检查纸张与线路后重新打印，或通过浏览器打印。",
    ),
    "request-id-reused": InChinese(
        "此表单曾以其他内容提交；这次没有执行。",
        "请重新载入页面，查看已执行的内容；若仍需执行，请重新填写。",
    ),
    "request-id-taken": InChinese(
        "此编号已用于本店的其他记录；没有执行。", "请重新载入页面后再试。"
    ),
    "settings-missing": InChinese(
        "总部尚未把本店的设置发来。", "请让店内主机联络总部一次；“同步”页面会显示进度。"
    ),
    "store-busy": InChinese(
        "另一个程序正在写入本店的数据库；此次没有保存任何内容。",
        "请在店内主机上关闭该程序，然后再试。",
    ),
    "store-closed": InChinese(
        "本店的数据库已关闭；此次没有保存任何内容。", "请重新启动店内主机；它会说明原因。"
    ),
    "store-disk": InChinese(
        "店内主机的磁盘已满或有故障；此次没有保存任何内容。", "请腾出空间或更换主机，然后再试。"
    ),
    "store-overloaded": InChinese(
        "已有 {waiting} 个请求在等待；此次没有保存任何内容。", "请稍后再试。"
    ),
    "too-large": InChinese("内容超过了上限，没有保存。", "请分成几次。"),
    "too-many-tries": InChinese("尝试次数过多。", "请稍候再试。"),
    "unknown-alarm": InChinese("本店没有这个警报。", "请重新载入本页。"),
    "unknown-epoch": InChinese("本机没有周期 {epoch}。", "请在“同步”页面查看。"),
    "wrong-content-type": InChinese("无法理解此请求。", "请重新载入页面后再试。"),
    "wrong-host": InChinese("店内主机只回应自己的名称与地址。", "请打开 edge serve 显示的地址。"),
}
