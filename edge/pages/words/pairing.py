"""What the page says that lets a manager's device in."""

title = "Let this device in", "允许本设备进入"
what = (
    "The back office opens on devices that the shop knows. At a workstation it is in the menu of"
    " the till (Back office). For a device of your own, somebody makes a code at the store box:",
    "后台只在本店认识的设备上打开。在工作站上，请从收银台菜单进入（后台）。"
    "若用自己的设备，请在店内主机生成配对码：",
)
command = "edge pair M1 --office", "edge pair M1 --office"
by_link = (
    "The link brought a name and a code. They let this device in once.",
    "链接带来了名称和配对码，可让本设备进入一次。",
)
name = "Name of the device", "设备名称"
name_hint = "As the code was made for, such as M1", "生成配对码时所用的名称，例如 M1"
code = "Code", "配对码"
code_hint = (
    "Nine letters and digits, good once, for 15 minutes",
    "九位字母与数字，15 分钟内一次有效",
)
button = "Let it in", "允许进入"
