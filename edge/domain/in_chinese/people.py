"""Customers, operators, workstations and their devices."""

from edge.domain.in_chinese.said import InChinese

REFUSALS = {
    "customer-code-taken": InChinese(
        "顾客 {holder} 已使用编号 {code}。", "请查找该顾客，或另选编号。"
    ),
    "customer-email-taken": InChinese(
        "顾客 {holder} 已使用此电子邮件地址。", "请查找该顾客，或不填地址。"
    ),
    "customer-erased": InChinese(
        "顾客 {customer_id} 已应其要求删除。", "若其愿意再次登记，请新建顾客。"
    ),
    "customer-exists": InChinese("顾客 {customer_id} 已存在。", "请查找并更改该顾客，或重新新建。"),
    "customer-not-known": InChinese(
        "本店没有顾客 {customer_id}。", "请按编号、姓名、邮件或电话查找。"
    ),
    "customer-phone-taken": InChinese(
        "顾客 {called} ({holder})已使用此电话号码。", "请选择该顾客；若两人共用号码，请确认。"
    ),
    "inactive-customer": InChinese(
        "顾客 {customer_id} 已停用。", "请不记顾客直接销售；退货会按原收据找到其顾客。"
    ),
    "inactive-operator": InChinese("操作员 {operator_id} 已停用。", "请由其他操作员登录。"),
    "locked-out": InChinese(
        "PIN 输错次数太多，暂时不再接受。", "请稍候，或由经理解锁；总部可电话解锁。"
    ),
    "no-such-workstation": InChinese("本店没有这个工作站。", "请在营业日页面选择。"),
    "no-till-here": InChinese(
        "{workstation_id} 是为后台配对的，没有钱箱。", "请在工作站开启收银台。"
    ),
    "no-unlock-key": InChinese(
        "店内主机尚未从总部得到解锁密钥。", "请另一位经理解锁，或等待锁定时间结束。"
    ),
    "not-locked-out": InChinese("{operator_id} 可立即输入 PIN。", "请登录。"),
    "not-our-form": InChinese("此表单并非来自当前会话的页面。", "请重新载入页面后再试。"),
    "not-paired": InChinese("此工作站没有配对。", "请用店内主机的新配对码重新配对。"),
    "nothing-to-change": InChinese(
        "没有填写要更改的内容。", "请至少更改编号、姓名、邮件、电话或状态之一。"
    ),
    "operator-not-signed-in": InChinese(
        "此操作属于 {operator_id}，而在此登录的是 {signed_in}。", "请由该操作员登录。"
    ),
    "override-needed": InChinese("此操作超出 {operator_id} 的权限。", "请找有权限的人。"),
    "override-refused": InChinese(
        "此授权无效。", "请另行授权：授权只对该操作与金额有效一次，限一分钟。"
    ),
    "own-pin-needed": InChinese(
        "{operator_id} 用初始 PIN 登录，还没有自己的 PIN。", "请先设定自己的 PIN。"
    ),
    "pairing-refused": InChinese(
        "配对码不符：输错、已用过或已过期。", "请在店内主机生成新的配对码：edge pair 加工作站名称。"
    ),
    "permission-needed": InChinese("{operator_id} 没有此权限。", "请找有权限的人。"),
    "personal-fields-closed": InChinese(
        "本店没有查看 {customer_id} 个人资料的密钥。",
        "请等待本店联络到总部；已删除的顾客不会恢复。",
    ),
    "pin-as-before": InChinese("这是您现有的 PIN，他人可能知道。", "请另选一个。"),
    "session-locked": InChinese(
        "{operator_id} 在此工作站的会话已锁定，或已被接替。", "请输入 PIN。"
    ),
    "sign-in-needed": InChinese("此工作站无人登录，或会话已结束。", "请用 PIN 登录。"),
    "sign-in-refused": InChinese(
        "操作员与 PIN 不符。", "请重新输入。输错几次后需等待；经理可为您解锁。"
    ),
    "pin-not-given-here": InChinese(
        "{operator_id} 就是发放者本人，或其权限高于发放者。", "请总部发放 PIN。"
    ),
    "trivial-pin": InChinese("数字全部相同或连续的 PIN 最容易被猜中。", "请另选 4 至 8 位数字。"),
    "unknown-customer": InChinese(
        "本店没有顾客 {customer_id}。", "请重新查找顾客，或不记顾客直接销售。"
    ),
    "unknown-operator": InChinese(
        "没有编号为 {operator_id} 的操作员。", "请由总部已设置的操作员登录。"
    ),
    "unlock-refused": InChinese(
        "这不是总部对此号码的回答；还可试 {left} 次。",
        "请再读一次号码；若已不能再试，15 分钟后会有新号码。",
    ),
}
