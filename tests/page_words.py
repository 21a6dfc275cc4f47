"""What a page's script or template says to people: the texts that belong into its catalogue (the
till's words.js, the board's central/pages/words)."""

import re
from collections.abc import Iterator

CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|(?:html)?`|[{}]", re.DOTALL
)
TEMPLATE = re.compile(r"\\.|`|\$\{|[^\\`$]+|\$", re.DOTALL)
EXPRESSION = "\0"
"""Stands for a ``${…}`` in a template's text."""

TAG = re.compile(r"<[^>]*>")
SAID_BY_TAG = re.compile(
    r"(?<=[\s-])(?:label|hint|placeholder|title|alt)=\"[^\"]*[^\W\d_]{2}[^\"]*\""
)
KEYS_AND_COMMANDS = re.compile(r"<(kbd|code)\b.*?</\1>", re.DOTALL)
LETTERS = re.compile(r"[^\W\d_]{2,}")

SENTENCE = re.compile(r"(?<![\w-])([A-Z][a-z]+)(?![\w-])|[a-z]+,? [a-z]+ [a-z]+")
NO_WORDS = {"Alt", "Bearer", "Control", "Delete", "Enter", "Escape", "Meta", "Shift", "Tab"}
"""Keys by the browser's names, and a scheme of HTTP."""

IN_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
OF_A_CLASS = re.compile(r"\{% block wide %\}[\w -]+\{% endblock %\}")
SAID = re.compile(
    r"""\s(?:aria-label|data-label|title|placeholder|alt)=["']([^"']*)["']|(?:^|>)([^<]*)"""
)
PHRASE = re.compile(r"[^\W\d_]{2,}\W* |\W* [^\W\d_]{2,}")


def said_by_template(template: str) -> Iterator[tuple[int, str]]:
    """Line and text of each word between a template's tags or in a label, and of each phrase in an
    expression."""
    for tag in IN_BRACES.finditer(template):
        for text in filter(PHRASE.search, QUOTED.findall(tag[0])):
            yield template.count("\n", 0, tag.start()) + 1, text
    # Expressions are left out first: a comparison in one is no tag.
    bare = IN_BRACES.sub(lambda tag: "\n" * tag[0].count("\n"), OF_A_CLASS.sub("", template))
    for said in SAID.finditer(bare):
        if word := LETTERS.search(said[1] or said[2] or ""):
            yield bare.count("\n", 0, said.start(said.lastindex or 0)) + 1, word[0]


def said_by(script: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string and template that people read; ids, paths, class names and
    names of keys are none."""
    found: list[tuple[int, bool, str]] = []
    _read_code(script, 0, found)
    for at, is_markup, text in sorted(found):
        for said in _in_markup(text) if is_markup else _in_string(text):
            yield script.count("\n", 0, at) + 1, said


def _in_markup(text: str) -> Iterator[str]:
    for tag in TAG.findall(text):
        yield from SAID_BY_TAG.findall(tag)
    rest = TAG.sub("", KEYS_AND_COMMANDS.sub("", text))
    if LETTERS.search(rest):
        yield " ".join(rest.replace(EXPRESSION, "…").split())


def _in_string(text: str) -> Iterator[str]:
    if any(match[1] not in NO_WORDS for match in SENTENCE.finditer(text)):
        yield text.replace(EXPRESSION, "…")


def _read_code(script: str, at: int, found: list[tuple[int, bool, str]]) -> int:
    """Up to the brace that closes what began before ``at``; where that ends."""
    depth = 0
    while match := CODE.search(script, at):
        at, token = match.end(), match[0]
        if token == "}" and depth == 0:
            return at
        depth += (token == "{") - (token == "}")
        if token.endswith("`") and len(token) in (1, len("html`")):
            at = _read_template(script, at, token != "`", found)
        elif token[0] in "\"'":
            found.append((match.start(), False, token[1:-1]))
    return len(script)


def _read_template(
    script: str, at: int, is_markup: bool, found: list[tuple[int, bool, str]]
) -> int:
    """Up to the closing backtick; where that ends."""
    begins, text = at, ""
    while match := TEMPLATE.match(script, at):
        at = match.end()
        if match[0] == "`":
            break
        if match[0] == "${":
            at = _read_code(script, at, found)
        text += EXPRESSION if match[0] == "${" else match[0]
    found.append((begins, is_markup, text))
    return at
