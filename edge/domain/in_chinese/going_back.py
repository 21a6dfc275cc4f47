"""What comes back, what is voided, and the id of a sale."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "basket-not-suspended": InChinese(
        "此购物篮没有搁置：已取回、完成或取消。", "请重新查看搁置的购物篮；可能在其他工作站。"
    ),
    "basket-suspended-already": InChinese(
        "此购物篮已搁置，内容不同。", "请先取回那一个，或重新搁置。"
    ),
    "currency-differs": InChinese(
        "原销售货币为 {sold_in}；本店现用 {store_in}。",
        "请与总部商定金额，以支出现金并注明原因付给顾客，商品以调整入库。",
    ),
    "customer-differs": InChinese(
        "原销售的积分属于 {of_original}，不是 {stated}。",
        "请一次只退一位顾客的商品，不要另选顾客。",
    ),
    "invoice-made-out": InChinese(
        "收据 {receipt_number} 已开给另一位买方。",
        "请按原样打印；要开给其他买方，请退货后重新销售。",
    ),
    "leave-elsewhere": InChinese(
        "{store_code} 正在为收据 {receipt_number} 办理退货。",
        "请一刻钟后重新查找，或请顾客到该店退货；若该店断线，可无收据退货，或三天后再退。",
    ),
    "leave-in-doubt": InChinese(
        "本店对收据 {receipt_number} 的退货许可有期限，而本机时钟可疑。",
        "请等待总部应答；或无收据退货。",
    ),
    "leave-missing": InChinese(
        "收据 {receipt_number} 不是本店所开，本店没有（或不再有）其退货许可。",
        "请重新查找该收据：届时会向总部申请许可。",
    ),
    "leave-refused": InChinese(
        "总部没有许可在此退收据 {receipt_number} 的商品：已全部退回，或上次退货尚未计入。",
        "请稍后重新查找；或无收据退货。",
    ),
    "mails-wait": InChinese(
        "已有 {waiting} 封电邮等待发送。", "请以纸质交付；系统检查会说明原因。"
    ),
    "no-mail": InChinese(
        "本店没有设置邮件服务器。", "请以纸质交付；或在 edge.toml 的 [mail] 中设置。"
    ),
    "no-tax-invoice": InChinese(
        "收据 {receipt_number} 不能开税务发票：它是练习收据，或本店没有税号。",
        "请把收据原样给顾客。",
    ),
    "not-unverified": InChinese("此行既有原收据，又写了无收据退货的原因。", "请去掉原因。"),
    "not-voidable": InChinese(
        "收据 {receipt_number} 不能作废。只能作废当前营业日的收据，且未曾退货或作废，付款可原路退"
        "回。",
        "请办理退货。",
    ),
    "nothing-returned": InChinese(
        "没有一行指明原销售。", "请从收据中至少选择一行，或作为销售结账。"
    ),
    "nothing-to-void": InChinese(
        "本店没有这笔销售。", "请扫描收据上的条码；收据只能在开出它的店作废。"
    ),
    "original-not-found": InChinese(
        "本店没有该销售的第 {line_no} 行。", "请先查找收据（他店的也可），再从中选择。"
    ),
    "refund-differs": InChinese(
        "将退 {refunded_minor}，应退 {due_minor}。", "请退应退的金额；现金按本店规则取整。"
    ),
    "refund-elsewhere": InChinese(
        "{elsewhere_minor} 将以并非原付款的方式退回。",
        "请按原付款方式退款；或由有权限的人以 PIN 授权。",
    ),
    "return-price-differs": InChinese(
        "此行价格为 {stated_minor}；当时售价为 {original_minor}。", "请不要改价。"
    ),
    "returned-more-than-sold": InChinese(
        "要退 {wanted_milli}；可退 {left_milli}。", "至多退回已售且尚未退回的数量。"
    ),
    "sale-archived": InChinese(
        "该销售已完成，收据 {receipt_number}；其记录已不在本店。", "总部有这笔销售。"
    ),
    "sale-damaged": InChinese(
        "该销售已完成，收据 {receipt_number}；本店的记录已损坏。",
        "总部与售出的收银台有这笔销售；请检查店内主机的磁盘。",
    ),
    "sale-finished": InChinese(
        "该销售已完成，收据 {receipt_number}。", "请查找并打印该收据；要退货请办理退货。"
    ),
    "sale-id-abandoned": InChinese("该销售已放弃，不会再完成。", "请重新付款。"),
    "sale-id-reused": InChinese(
        "该销售已以其他内容完成，收据 {receipt_number}。", "请查看该收据；此购物篮请重新付款。"
    ),
    "sale-id-taken": InChinese("此编号已用于本店的其他记录。", "请重新付款。"),
    "too-many-suspended": InChinese(
        "已搁置 {most:,} 个购物篮，不能再多。", "请取回或取消其中一些。"
    ),
    "void-has-lines": InChinese(
        "作废整张收据时，不能另有商品。", "请清空购物篮；其他商品另开收据。"
    ),
    "void-reason-missing": InChinese("没有说明作废的原因。", "请填写原因。"),
    "voided-already": InChinese("该收据已由 {by} 作废。", "无需处理：当时已退款。"),
}
