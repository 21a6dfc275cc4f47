"""Parts of pages are built once for the same words, and never said for others."""

from markupsafe import Markup

from central.pages.kept import LETTERS_MAX, kept


def test_the_same_words_are_built_once_and_others_anew() -> None:
    built: list[tuple[int, str]] = []

    def build(number: int, text: str) -> Markup:
        built.append((number, text))
        return Markup("<b>{} {}</b>").format(number, text)

    said = [kept("one", build, *each) for each in ((1, "a"), (1, "a"), (2, "a"), (1, "<")) * 2]
    assert said[:4] == said[4:]
    assert said[1:4] == ["<b>1 a</b>", "<b>2 a</b>", "<b>1 &lt;</b>"]
    assert built == [(1, "a"), (2, "a"), (1, "<")]
    assert kept("another", build, 1, "a") == said[0]
    assert len(built) == 4


def test_what_is_kept_has_a_bound() -> None:
    large, built = "x" * (LETTERS_MAX // 2), list[int]()

    def build(number: int) -> Markup:
        built.append(number)
        return Markup(large)  # noqa: S704  letters alone

    for number in (1, 2, 3, 3, 1):
        kept("large", build, number)
    assert built == [1, 2, 3, 1]
