"""How it is paid: tenders, card terminals and codes, cards that hold value, points, tips."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "account-not-for-tender": InChinese(
        "{tender_id} 不从卡或余额中支付。", "请选择储值类付款方式。"
    ),
    "account-not-named": InChinese(
        "以 {tender_id} 付款须有卡、储值券或顾客，这里都没有。",
        "请扫描卡或储值券，或选择有余额的顾客；退款也可退回原付款方式，或出新的储值券。",
    ),
    "account-unknown": InChinese(
        "没有扫描卡或储值券，也没有选择顾客。", "请扫描卡或储值券，或选择有余额的顾客。"
    ),
    "card-did-not-pay": InChinese(
        "所退的部分不是那张礼品卡付的。", "请退回付款的卡，或退为店内余额。"
    ),
    "card-missing": InChinese("“{name}”用于给卡充值，但没有指明卡。", "请扫描要充值的卡。"),
    "card-not-for-item": InChinese(
        "“{name}”不给卡充值，却指明了卡。", "请去掉卡，或销售用于充值的商品。"
    ),
    "change-not-from-cash": InChinese(
        "现金以外共收 {tendered_minor}，超过总额 {total_minor}。",
        "至多收取应付金额；只有现金可找零。",
    ),
    "currency-not-known": InChinese(
        "本店没有 {currency} 的汇率。", "请收取本店货币，或本店可收的外币。"
    ),
    "currency-not-taken": InChinese(
        "PayNow 只付新加坡元，本店货币为 {currency}。", "请选择其他付款方式。"
    ),
    "foreign-amount-differs": InChinese(
        "页面上写的是 {amount_minor}，所收外币值 {worth_minor}。", "请重新输入所收的外币。"
    ),
    "foreign-not-cash": InChinese(
        "{tender_id} 不是现金，不收外币。", "请选择现金，或以本店货币付款。"
    ),
    "inactive-tender": InChinese("本店已不再收取 {tender_id}。", "请选择其他付款方式。"),
    "load-spent": InChinese(
        "充值为 {load_minor}，卡上现在本店可用 {here_minor}。",
        "已花掉的不能退回；其余请向总部申请。",
    ),
    "more-points-than-rights": InChinese(
        "要用 {points:,} 积分；本店现在可用 {points_here:,}。", "请少用积分，余额另付。"
    ),
    "no-terminal": InChinese(
        "工作站 {workstation_id} 没有刷卡机。",
        "请选择其他付款方式；刷卡机在 edge.toml 的 terminals 中设置。",
    ),
    "nobody-to-ask": InChinese(
        "{tender_id} 是手工收取的：无处询问。", "请按顾客出示的内容收取，或选择其他付款方式。"
    ),
    "not-by-this-way": InChinese(
        "付款 {attempt_id} 不能这样了结。", "若用了刷卡机，请再次询问；出示的内容请接受或放弃。"
    ),
    "not-whole-points": InChinese(
        "{amount_minor} 不是整数积分。", "请使用整数积分的金额，余额另付。"
    ),
    "nothing-to-ask-for": InChinese(
        "本机在自行开启的周期中销售，总部不给它额度。",
        "请使用这里现有的积分，余额另付；请致电总部。",
    ),
    "one-note-each": InChinese("此收据的两笔退款都要出新的储值券。", "请合为一笔退款。"),
    "outcome-not-known": InChinese(
        "收据写明了付款结果，但没有询问过任何一方。", "请重新发起付款。"
    ),
    "payment-differs": InChinese(
        "收据上的付款 {reference} 与实际付款不符。", "请移除该付款，重新收取。"
    ),
    "payment-not-approved": InChinese(
        "付款 {attempt_id} 未获批准，不能计入收据。", "请再收一次，或选择其他付款方式。"
    ),
    "payment-not-named": InChinese(
        "以 {tender_id} 的付款没有对应所发起的那一笔。", "请移除该付款，重新收取。"
    ),
    "payment-unsettled": InChinese(
        "付款 {reference} 的结果未知：请勿再次收费。",
        "请再次询问刷卡机，或放弃该笔；之后才能另收。",
    ),
    "payment-used-already": InChinese(
        "付款 {attempt_id} 已计入一张收据。", "请为此收据另行收款；要退款请办理退货。"
    ),
    "points-did-not-pay": InChinese(
        "退款中的 {amount_minor} 不是积分所付。", "以积分付的退积分，其余另退。"
    ),
    "points-too-many": InChinese(
        "将变动 {points:,} 积分，超过一张收据的上限。",
        "请分成多张收据，或不记顾客；积分价值由总部设定。",
    ),
    "points-without-customer": InChinese(
        "要用积分，但此次销售没有顾客。", "请选择顾客，或用其他付款方式。"
    ),
    "refund-beyond-payment": InChinese(
        "付款 {reference} 已没有这么多可退，或是以其他方式付的。", "退款至多为其尚未退回的部分。"
    ),
    "refund-unsettled": InChinese(
        "此付款的退款 {reference} 没有收据：钱可能已退回。",
        "请再次询问刷卡机，并完成该退款的收据。",
    ),
    "tender-missing": InChinese("应付 {total_minor}，但没有选择付款方式。", "请选择付款方式。"),
    "tender-not-refundable": InChinese("不能以 {tender_id} 退款。", "请选择其他退款方式。"),
    "tenders-below-total": InChinese(
        "已收 {tendered_minor}，应付 {due_minor}。", "请用其他付款方式收取余额。"
    ),
    "tenders-too-large": InChinese(
        "收款合计 {tendered_minor}；一张收据的上限为 {limit_minor}。",
        "请核对所收金额；只有现金可找零。",
    ),
    "tip-not-asked": InChinese("收银台此时没有询问这笔小费。", "请告诉收银员。"),
    "tip-not-possible": InChinese(
        "此付款方式不能收 {tip_minor} 小费。", "小费可随现金、刷卡或扫码收取；退货不退小费。"
    ),
    "tips-of-void": InChinese(
        "将退小费 {back_minor}，该收据的小费为 {given_minor}。",
        "请不要另选退款方式：各付款会连同小费原路退回。",
    ),
    "tips-off": InChinese("本店不收小费。", "请去掉小费；总部可在设置中开启。"),
    "too-many-payments": InChinese(
        "此次销售已发起 {count:,} 笔付款。", "请放弃此次销售，重新开始。"
    ),
    "too-many-tenders": InChinese("收据有 {count:,} 笔付款；至多 20 笔。", "请减少付款笔数。"),
    "unknown-payment": InChinese("本店没有发起过付款 {attempt_id}。", "请重新发起付款。"),
    "unknown-tender": InChinese("没有编号为 {tender_id} 的付款方式。", "请选择本店的付款方式。"),
    "value-buys-no-value": InChinese(
        "礼品卡与余额在此购物篮中至多可付 {room_minor}：其余是给卡充值。", "余额请用其他付款方式。"
    ),
    "value-expired": InChinese(
        "此卡或储值券的有效期至 {last_day}。", "请改用其他付款方式；或由有权限的人以 PIN 授权。"
    ),
    "value-not-here": InChinese(
        "要用 {amount_minor}；本店现在可用 {here_minor}。",
        "请向总部申请更多，或用其他付款方式付余额。",
    ),
    "voucher-buys-nothing": InChinese(
        "购物篮中没有 {tender_id} 礼券可买的商品。", "请将礼券还给顾客，不用它销售。"
    ),
    "voucher-lowers-price": InChinese(
        "{tender_id} 礼券是减价用的，不作付款。", "请作为减价礼券使用，余额另付。"
    ),
    "voucher-not-for-goods": InChinese(
        "{tender_id} 礼券在此购物篮中至多可付 {room_minor}。", "余额请用其他付款方式。"
    ),
    "voucher-pays": InChinese("{tender_id} 是付款方式，不减价。", "请作为付款收取。"),
    "voucher-taken-before": InChinese(
        "礼券 {reference} 已付过收据 {receipt_number}。",
        "请核对号码并改用其他付款方式；或由有权限的人以 PIN 授权。",
    ),
    "wrong-card-number": InChinese("这不是此类卡的号码，或输入有误。", "请重新扫描卡或储值券。"),
    "wrong-tender-amount": InChinese(
        "此处不能收取 {amount_minor}。", "请输入顾客所付的正数金额；退款为负数；只有现金可为零。"
    ),
}
