"""What a refusal says in Chinese, by its slug, a module for each subject. Every refusal that a till
or an office can meet stands here (``tests/unit/edge/test_in_chinese.py``); another is said in
English.
"""

from collections.abc import Mapping
from types import MappingProxyType

from edge.domain.in_chinese import box, going_back, paying, people, selling, shop
from edge.domain.in_chinese.said import InChinese
from sync.protocol.errors import Explained, filled

__all__ = ["REFUSALS", "TITLE", "InChinese", "in_chinese"]
TITLE = "无法执行"
"""Heads every one of them."""
REFUSALS: Mapping[str, InChinese] = MappingProxyType(
    selling.REFUSALS
    | paying.REFUSALS
    | going_back.REFUSALS
    | shop.REFUSALS
    | people.REFUSALS
    | box.REFUSALS
)


def in_chinese(refusal: Explained) -> InChinese | None:
    """Of its own members; None: it is not known here."""
    known = REFUSALS.get(refusal.slug)
    return None if known is None else known._replace(detail=filled(known.detail, refusal))
