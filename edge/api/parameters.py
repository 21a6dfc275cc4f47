"""How routes name what they get: the box, the caller, and bounded parameters of path and query."""

from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter, SkipValidation

from edge.box.box import Box
from sync.protocol.text import TEXT_PATTERN

PAGE = 50
PAGE_MAX = 200
"""Rows in one page of a list."""
OFFSET_MAX = 1_000_000
QUERY_CHARACTERS_MAX = 200

TheBox: TypeAlias = NamedDependency[SkipValidation[Box]]
Limit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX)]
Offset: TypeAlias = Annotated[int, QueryParameter(ge=0, le=OFFSET_MAX)]
Words: TypeAlias = Annotated[
    str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
Typed: TypeAlias = Annotated[
    str, QueryParameter(min_length=1, max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
"""A code, a number: what is asked for must be said."""
IdInPath: TypeAlias = FromPath[UUID]
DateInPath: TypeAlias = FromPath[date]
TextInPath: TypeAlias = Annotated[
    str, PathParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
DateInQuery: TypeAlias = FromQuery[date | None]
IdInQuery: TypeAlias = FromQuery[UUID | None]
