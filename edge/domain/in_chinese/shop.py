"""The shop: its day, tills, cash, goods and orders."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "another-workstations-till": InChinese(
        "收银台 {till_id} 由工作站 {holder} 开启，而请求来自 {asking}。",
        "请在该工作站清点；若它已不在，请经理说明原因。",
    ),
    "business-day-archived": InChinese(
        "{business_date} 已结束；其结束记录已不在本店。", "请查看总部的账目。"
    ),
    "business-day-behind": InChinese(
        "{business_date} 之后已结束过其他营业日。", "请将遗漏的内容记入目前开启的营业日。"
    ),
    "business-day-closed": InChinese(
        "{business_date} 已结束。", "若是误关，请重新开启；否则开启另一天。"
    ),
    "business-day-far": InChinese(
        "{business_date} 与今天相差甚远；按总部与本机的时钟，今天是 {known_today}。",
        "请检查日期和时钟。若确实如此，请经理说明原因。",
    ),
    "business-day-open-already": InChinese(
        "{open_date} 仍在营业；同时只能开启一天。", "请先结束那一天。"
    ),
    "business-day-out-of-reach": InChinese(
        "无法开启 {business_date}：可开启 {earliest} 至 {latest}。",
        "请填写正在营业的日期；若无误，请先校正本机时钟。",
    ),
    "business-day-too-early": InChinese(
        "{business_date} 早于最近结束的 {last_closed}；营业日须依次进行。",
        "请检查日期和时钟。若确实如此，请经理说明原因。",
    ),
    "count-outdated": InChinese("清点之后，收银台又有金钱进出。", "请重新清点，然后结算。"),
    "counted-blind": InChinese("当日仍有收银台未清点。", "所有收银台清点后即显示金额。"),
    "counted-twice": InChinese(
        "付款方式 {tender_id} 在清点中出现多次。", "每种付款方式只写一次，包含其全部单据。"
    ),
    "goods-without-lot": InChinese(
        "{item_id} 登记时须写明批次，此行没有。", "请扫描含批次的条码，或填写包装上的批次。"
    ),
    "goods-without-serial": InChinese(
        "{item_id} 每件登记时须写明序列号，此行没有。",
        "请扫描或填写其上的序列号，每件各占一行。",
    ),
    "handed-to-holder": InChinese("收银台已由 {operator_id} 负责。", "请选择接手的人。"),
    "no-open-business-day": InChinese("本店没有开启的营业日。", "请先开启营业日。"),
    "no-open-till": InChinese("工作站 {workstation_id} 没有开启的收银台。", "请先开启收银台。"),
    "not-its-pieces": InChinese("所填纸币与硬币合计与金额不符。", "请重新清点，或只填金额。"),
    "nothing-counted": InChinese("此次盘点还没有可入账的内容。", "请先盘点，或放弃此次盘点。"),
    "order-cancelled": InChinese("此订单已取消。", "请另下订单；已到之货可不按订单收货。"),
    "order-closed": InChinese("此订单的余货已不再等待。", "请另下订单；已到之货可不按订单收货。"),
    "no-supplier-address": InChinese(
        "没有 {supplier_id} 可用的电邮地址。", "请以纸质交付，或请总部录入供应商的地址。"
    ),
    "unknown-transfer": InChinese("本店没有此调拨或调货请求。", "货品可按随货单据上的编号收货。"),
    "wish-ended": InChinese("此请求已全部调出，或已取消。", "如仍需要，请重新请求。"),
    "nothing-to-settle": InChinese("货已到齐，或差异已了结。", "请重新载入页面。"),
    "wished-twice": InChinese("同一货品出现在多行。", "每项货品只写一行，写明总数。"),
    "order-not-sent": InChinese("此订单仍是草稿。", "请先发出订单。"),
    "order-partly-received": InChinese(
        "此订单已有部分到货，不能取消。", "请改为不再等待余货：已到之货保留。"
    ),
    "order-received": InChinese("此订单已到齐，不再等待。", "如有不妥，请退给供应商。"),
    "order-sent-already": InChinese("此订单已发出，不再更改。", "请另下订单，或取消此订单。"),
    "ordered-twice": InChinese("{item_id} 出现在多行中。", "每种商品只写一行。"),
    "quick-keys-changed": InChinese(
        "您查看时快捷键为第 {known} 版，现在是第 {now} 版。", "请先查看现在的快捷键，再重新更改。"
    ),
    "serial-of-several": InChinese(
        "序列号 {serial} 所指不止一件，或不足一件。", "请每件各占一行，写各自的序列号。"
    ),
    "shelf-count-booked": InChinese("此次盘点已入账。", "要再盘点，请另开一次。"),
    "shelf-count-cancelled": InChinese("此次盘点已放弃，没有入账。", "请另开一次盘点。"),
    "span-too-long": InChinese(
        "{first} 至 {last} 不是 1 至 {days_max} 天的时段。", "请选择相隔较近的两个日期，早者在前。"
    ),
    "till-not-counted": InChinese("此收银台开启后尚未清点。", "请先清点。"),
    "till-not-open": InChinese(
        "此收银台时段已结算。", "请重新开启收银台；之后的进出计入新的时段。"
    ),
    "till-open-already": InChinese(
        "收银台 {till_id} 已在工作站 {workstation_id} 开启。", "请继续使用，或先结算。"
    ),
    "till-session-not-carried": InChinese(
        "此收银台时段在这里已有记录，或已作为另一时段继续。", "请按钱箱中现有的现金开启收银台。"
    ),
    "till-settled-already": InChinese(
        "此收银台已按清点的 {counted} 结算。", "请为现在清点的现金开启新的收银台时段。"
    ),
    "tills-open": InChinese(
        "{business_date} 仍有收银台未结算：{named}。", "请在各收银台清点并结算，然后结束营业日。"
    ),
    "to-be-counted-again": InChinese(
        "仍待重新盘点：{items}。", "请盘点它们；或不含它们入账，其账面数量不变。"
    ),
    "too-much-at-once": InChinese("各行合计超出上限。", "请分次填写。"),
    "too-much-counted": InChinese(
        "所填纸币与硬币合计超出可能的金额。", "请核对各面额的张数，然后重新清点。"
    ),
    "transfer-to-itself": InChinese("{store_code} 就是本店。", "请填写另一家店的编号。"),
    "unknown-business-day": InChinese("本店未开启过 {business_date}。", "请选择已开启过的日期。"),
    "unknown-count": InChinese("此收银台没有这次清点。", "请用已有的清点结算，或先清点。"),
    "unknown-purchase-order": InChinese("本店没有这张订单。", "请在订货页面选择。"),
    "unknown-shelf-count": InChinese("本店没有这次盘点。", "请在盘点页面选择。"),
    "unknown-supplier": InChinese("没有编号为 {supplier_id} 的供应商。", "请从列表中选择。"),
    "unknown-supplier-return": InChinese("没有这笔退货。", "请在退供应商页面选择。"),
    "unknown-till-session": InChinese("本店没有这个收银台时段。", "请在营业日页面选择。"),
    "wrong-sign": InChinese("出库数量须小于零，且不得为零。", "出库请填负数；入库请用收货或调整。"),
}
