"""What a form says that somebody else must allow; and what each permission is for, as an act."""

from types import MappingProxyType

from edge.pages.words.language import Said

title = "Somebody else has to allow this", "须由其他人授权"
above = (
    "Whoever is signed in may not do this alone. What was typed stands below, where somebody else"
    " can allow it with their PIN.",
    "当前登录者不能单独执行。所填内容仍在下方，可由其他人以 PIN 授权。",
)
who = "Who allows it", "授权人"
choose = "Choose …", "请选择 …"
nobody = (
    "Nobody else here who has a PIN may allow it.",
    "这里没有其他有 PIN 且可授权的人。",
)
pin = "Their PIN", "其 PIN"
reason = "Reason: head office sees it", "原因：总部会看到"
acts = MappingProxyType(
    {
        "sell": ("sell", "销售"),
        "discount": ("take so much off", "给予此折扣"),
        "price_override": ("set this price", "设定此价格"),
        "return_goods": ("take back goods of this amount", "退回此金额的商品"),
        "return_without_receipt": ("take goods back without a receipt", "无收据退货"),
        "refund_elsewhere": ("take back what another shop sold", "退他店所售之货"),
        "expired_value": ("take a card whose last day is over", "收取已过期的卡"),
        "voucher_again": ("take a voucher that was taken before", "收取已用过的礼券"),
        "void": ("void a receipt", "作废收据"),
        "no_sale": ("open the drawer without a sale", "不销售而打开钱箱"),
        "open_day": ("open the business day", "开启营业日"),
        "close_day": ("close the business day", "结束营业日"),
        "reopen_day": (
            "open a day that may be a mistake, or that was closed",
            "开启可疑或已结束的营业日",
        ),
        "open_till": ("open the till", "开启收银台"),
        "settle_till": ("settle the till", "结算收银台"),
        "settle_others": ("settle somebody else's till", "结算他人的收银台"),
        "see_expected_cash": ("see the expected cash", "查看应有现金"),
        "move_cash": ("move cash of this amount", "调拨此金额的现金"),
        "keep_safe": ("count the safe, or take cash to the bank", "清点保险箱或存款"),
        "receive_stock": ("receive goods", "收货"),
        "order_stock": ("order goods, or take more than was ordered", "订货，或收取超出订单的货"),
        "adjust_stock": ("change the stock", "调整库存"),
        "count_stock": ("count stock", "盘点库存"),
        "edit_customers": ("change a customer", "更改顾客资料"),
        "pair_workstations": ("let a device in", "配对设备"),
        "see_reports": ("see reports", "查看报表"),
        "unlock_operators": ("let in who was locked out", "允许被锁定的人进入"),
        "arrange_till": ("arrange the quick keys", "编排快捷键"),
        "train": ("use the till in training", "使用练习模式"),
    }
)


def of(act: str, amount: str) -> Said:
    """``amount``: as it is written, empty where none is in it."""
    return (f"{act}: {amount}", f"{act}：{amount}") if amount else (act, act)
