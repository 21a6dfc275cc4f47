"""What the page to sign in says."""

from edge.pages.words.language import Said

title = "Sign in", "登录"
who = "Who", "姓名"
choose = "Choose your name", "请选择您的姓名"
pin = "PIN", "PIN"
pin_hint = "The one that opens the till for you", "与您登录收银台的 PIN 相同"
nobody = (
    "Nobody with a PIN is known here yet: head office gives one.",
    "这里还没有人有 PIN：由总部发放。",
)
locked = (
    "Nobody was at work here for a while: type your PIN to go on.",
    "此处已闲置一段时间：请输入您的 PIN 继续。",
)


def wait(seconds: int) -> Said:
    """Follows a refusal's own words."""
    return f"It takes {seconds} seconds from now.", f"从现在起还需 {seconds} 秒。"
