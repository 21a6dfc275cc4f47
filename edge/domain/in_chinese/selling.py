"""What is sold: lines, the codes that were scanned, prices, and what comes off them."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "age-not-checked": InChinese(
        "“{name}”只售予满 {age_years} 岁者。", "请查验年龄证明并确认已看过；否则请移除该行。"
    ),
    "amount-is-nothing": InChinese(
        "{quantity_milli} 的“{name}”算下来不足最小币值的一半。",
        "请重新称量；若无需收费，请移除该行。",
    ),
    "amount-too-large": InChinese(
        "{amount_minor} 超过一张收据的上限 {limit_minor}。", "请核对数量与价格。"
    ),
    "coupon-not-here": InChinese(
        "优惠券 {coupon} 已使用过，或总部没有给本店。", "请在联络到总部时再出示，或从购物篮移除。"
    ),
    "discount-on-return": InChinese("此行是退货：付了多少就退多少。", "请不要打折。"),
    "discount-out-of-scope": InChinese(
        "“{name}”是押金、储值之类，不能手工打折。", "请不要对它打折；整单折扣不影响此行。"
    ),
    "discount-too-large": InChinese(
        "折扣 {discount_minor} 超过了可减的 {left_minor}。", "折扣至多等于其价格，不得低于零。"
    ),
    "inactive-item": InChinese("“{name}”（{item_id}）已停售。", "请从收据移除；总部可恢复销售。"),
    "item-barred": InChinese(
        "“{name}”在 {barred_from} 至 {barred_until} 之间不得销售。", "请移除该行。"
    ),
    "item-differs": InChinese(
        "此行写明的商品是 {stated}，所指的却是 {found}。", "请移除该行，重新扫描商品。"
    ),
    "item-missing": InChinese("第 {line_no} 行没有商品。", "请扫描商品，或按名称选择。"),
    "label-differs": InChinese(
        "此行内容（{stated}）与所扫条码（{printed}）不符。", "请移除该行，重新扫描商品。"
    ),
    "link-differs": InChinese(
        "第 {line_no} 行与它所随附的第 {linked_to} 行不符，或数量不足。",
        "请重新计算金额：会列出须一并销售的各行。",
    ),
    "link-missing": InChinese(
        "“{name}”须同时附带 {quantity_milli} 个 {linked_item_id}。",
        "请重新计算金额：会列出须一并销售的各行。",
    ),
    "lot-expired": InChinese("“{name}”的销售期限为 {expires_on}。", "请将其下架，给顾客另取一件。"),
    "lot-missing": InChinese("“{name}”须按批号销售。", "请扫描含批号的条码，或输入包装上的批号。"),
    "misread-code": InChinese(
        "{scan_code} 的校验位不符。", "请重新扫描；若仍不行，请按名称查找商品。"
    ),
    "misread-value": InChinese(
        "{scan_code} 中的价格或重量未通过校验：可能误读或印错。",
        "请重新扫描，或按名称查找商品并输入价格或重量。",
    ),
    "one-serial-each": InChinese(
        "“{name}”有序列号；此行数量为 {quantity_milli}。", "请每件各占一行。"
    ),
    "open-price-not-allowed": InChinese(
        "“{name}”（{item_id}）的价格由总部规定。", "请不要输入价格。"
    ),
    "open-price-reason-missing": InChinese(
        "{item_id} 的价格是手工输入的，但没有原因。", "请说明原因。"
    ),
    "open-price-reason-superfluous": InChinese(
        "“{name}”（{item_id}）写了改价原因，却没有输入价格。", "请去掉原因，或输入价格。"
    ),
    "price-missing": InChinese(
        "“{name}”（{item_id}）目前没有价格。",
        "若为开放价，请输入价格与原因；否则请从收据移除，价格由总部发布。",
    ),
    "price-override-on-return": InChinese("此行是退货：付了多少就退多少。", "请不要改价。"),
    "price-override-out-of-scope": InChinese(
        "“{name}”是押金、储值之类：价格即其面值。", "请不要改价。"
    ),
    "price-set-twice": InChinese("“{name}”既输入了开放价，又另改了价。", "请只保留一个价格。"),
    "quantity-not-whole": InChinese(
        "“{name}”按件计数，不可分割；所填数量为 {quantity_milli}。", "请输入整数件数。"
    ),
    "quantity-too-large": InChinese(
        "各行数量合计 {quantity_milli}，超出一张收据的上限。",
        "请核对数量，或将购物篮分成多张收据。",
    ),
    "serial-missing": InChinese("“{name}”须按序列号销售。", "请扫描或输入其上的序列号。"),
    "tax-rate-missing": InChinese(
        "税类 {tax_class.value} 在此营业日没有税率。", "税率由总部发布；在此之前不能销售该商品。"
    ),
    "tendered-in-the-future": InChinese(
        "购物篮的计价时间比现在晚 {ahead_s:,} 秒；至多可晚 {ahead_max_s:,} 秒。",
        "请校正此工作站的时钟，然后重新付款。",
    ),
    "tendered-too-long-ago": InChinese(
        "购物篮的计价时间已过 {age_s:,} 秒；至多可过 {age_max_s:,} 秒。",
        "请放弃此次销售，按现价重新付款。",
    ),
    "too-many-lines": InChinese(
        "收据有 {count:,} 行；可有 1 至 1,000 行。", "请将购物篮分成多张收据。"
    ),
    "total-differs": InChinese(
        "页面上的总额是 {stated_minor}，店内主机算得 {computed_minor}。",
        "请让顾客看主机的总额，然后重新付款。",
    ),
    "training-differs": InChinese(
        "收据 {receipt_number} 与当前模式不符：练习与销售分开。",
        "练习中售出的在练习中退，其余在练习之外退。",
    ),
    "unknown-item": InChinese("没有编号为 {item_id} 的商品。", "请按条码或名称查找。"),
    "unknown-scan-code": InChinese("没有商品使用此条码。", "请重新扫描，或按名称查找商品。"),
    "wrong-line-number": InChinese(
        "应为第 {expected} 行，却是第 {line_no} 行。", "请重新载入本页后再试。"
    ),
    "wrong-quantity": InChinese("数量 {quantity_milli} 不可能。", "请输入件数或重量。"),
}
