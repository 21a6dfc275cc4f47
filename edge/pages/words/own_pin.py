"""What the page says on which somebody chooses a PIN of their own."""

title = "Choose your own PIN", "设定您自己的 PIN"
why = (
    "The PIN that you came in with was a starting one, which somebody gave you. From now on only"
    " you know yours.",
    "您刚才用的是别人给您的初始 PIN。从现在起，只有您知道自己的 PIN。",
)
rule = (
    "4 to 8 digits; not all alike, and no run such as 1234.",
    "4 至 8 位数字；不可全部相同，也不可连续，如 1234。",
)
first = "Your own PIN", "您自己的 PIN"
again = "The same again", "再输入一次"
keep = "Keep this PIN", "保存此 PIN"
not_the_same = (
    "What was typed the second time is another PIN: type both again.",
    "第二次输入的是另一个 PIN：请两次都重新输入。",
)
