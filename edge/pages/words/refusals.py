"""What a refusal says on a page: its own words in English, in Chinese those of
``edge/domain/in_chinese``.

``words/problem.py`` says what to do where a refusal's own remedy is for programs.
"""

from edge.domain.in_chinese import REFUSALS, TITLE, in_chinese
from edge.domain.rights import OverrideNeeded, PermissionNeeded
from edge.pages.labels import marked
from edge.pages.words.acting import acts
from edge.pages.words.language import Said
from sync.protocol.errors import Explained, InvalidField


def detail(refusal: Explained) -> Said:
    """Its sentence; a field that was not filled in rightly is named as the page labels it, what
    somebody may not do as the form for another's word says it."""
    known = in_chinese(refusal)
    if isinstance(refusal, PermissionNeeded | OverrideNeeded) and refusal.permission in acts:
        who, (act, chinese) = refusal.operator_id, acts[refusal.permission]
        alone, by_oneself = (" alone", "独自") if isinstance(refusal, OverrideNeeded) else ("", "")
        return f"{who} may not {act}{alone}.", f"{who} 不可{by_oneself}{chinese}。"
    if isinstance(refusal, InvalidField) and refusal.field:
        field, said = marked(refusal.field), refusal.detail.removeprefix(f"{refusal.field}: ")
        return f"{field}: {said}", f"“{field}”所填的内容不符合要求。"
    return refusal.detail, refusal.detail if known is None else known.detail


def of_border(slug: str, own: str) -> Said:
    """The sentence of what is no refusal of ours: no such address, a mistake of the box."""
    known = REFUSALS.get(slug)
    return own, own if known is None else known.detail


def title(slug: str, own: str) -> Said:
    """Heads the page of one."""
    return own, TITLE if slug in REFUSALS else own
