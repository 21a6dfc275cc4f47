"""A field that a refusal names, as the page that comes again labels it, in its language: the label
is read out of the page itself."""

import re
from html import escape, unescape

_BEGIN, _END = "\ue000", "\ue001"
_MARKED = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)
_LABEL = re.compile(r"<label\b[^>]*>", re.DOTALL)
_FIELD = re.compile(r"<(?:input|select|textarea)\b.*", re.DOTALL)
_HINT = re.compile(r"<small\b[^>]*>.*?</small>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def marked(field: str) -> str:
    """The place of a field's label in a sentence, until the page is whole."""
    return f"{_BEGIN}{field}{_END}"


def with_labels(content: str) -> str:
    """Each marked field of a page by its label; by its own name where the page has no such."""
    return _MARKED.sub(lambda found: label_of(content, unescape(found[1])) or found[1], content)


def label_of(content: str, field: str) -> str | None:
    """The words of the label that a field stands in, without its hint, as HTML.

    >>> label_of('<label>How many <small>or none</small> <input name="quantity"></label>',
    ...     "quantity")
    'How many'
    """
    at = content.find(f'name="{escape(field)}"')
    before = content[: max(at, 0)].rpartition("</label>")[2]
    labels = list(_LABEL.finditer(before))
    if at < 0 or not labels:
        return None
    words = _FIELD.sub("", before[labels[-1].end() :])
    return _TAG.sub("", _HINT.sub("", words)).strip() or None
