"""Headers as people write them, in the languages of the systems that wrote the files."""

from collections.abc import Iterable, Mapping

from central.domain.importing.columns import Field
from central.domain.importing.words import folded


def columns(table: Mapping[Field, Iterable[str]]) -> dict[str, Field]:
    """Folded headers to what they say."""
    return {folded(header): field for field, headers in table.items() for header in headers}
