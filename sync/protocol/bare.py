"""A struct as its fields alone say it: names, types and bounds, without what it says of itself
(``__post_init__``). For bytes of a value that was just made here, whose parts were held against
each other when it was made: of reading a five-line sale that is four fifths.
"""

import types
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec


@cache
def bare(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Of ``kind``, and of every struct within it."""
    config, hints = kind.__struct_config__, get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return msgspec.defstruct(
        kind.__name__,
        [(each.name, _bare(hints[each.name]), _default(each)) for each in fields],
        rename={each.name: each.encode_name for each in fields},
        tag=config.tag,
        tag_field=config.tag_field,
        array_like=config.array_like,
        forbid_unknown_fields=config.forbid_unknown_fields,
        kw_only=True,
        frozen=True,
    )


def _bare(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return bare(hint)
    origin = get_origin(hint)
    if origin is None:
        return hint
    if origin is Annotated:
        return Annotated[(_bare(hint.__origin__), *hint.__metadata__)]
    within = tuple(each if each is Ellipsis else _bare(each) for each in get_args(hint))
    return reduce(or_, within) if origin in (Union, types.UnionType) else origin[within]


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field(default=field.default)
