"""Publishes how codes that a scale prints are built, and takes such a picture away."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.labels.scale import STEP_MAX, ScaleCode
from sync.protocol.reference import DataSet


async def list_scale_codes(db: AsyncConnection, company_id: CompanyId) -> tuple[ScaleCode, ...]:
    """By their pictures."""
    return tuple((await published_rows(db, company_id, DataSet.SCALE_CODES)).values())


async def scale_code_of(db: AsyncConnection, company_id: CompanyId, picture: str) -> ScaleCode:
    """Raises NotFound."""
    found = await published_rows(db, company_id, DataSet.SCALE_CODES, keys=[picture])
    if picture not in found:
        raise NotFound(
            f"There is no picture {picture}.",
            field="picture",
            remedy="See which there are with `central scale list`.",
        )
    scale_code: ScaleCode = found[picture]
    return scale_code


async def set_scale_code(
    db: AsyncConnection, company_id: CompanyId, picture: str, step: int
) -> tuple[ScaleCode, Put]:
    """Raises InvalidField for what is no picture, and for one whose prefix another has: a code
    would fit both."""
    try:
        wanted = msgspec.convert([picture.strip().upper(), step], ScaleCode)
    except msgspec.ValidationError as error:
        raise InvalidField(
            f"picture: {picture!r} with a step of {step:,} is none.",
            field="picture",
            remedy="Write 13 letters such as 21IIIIIVPPPPC or 20IIIIIWWWWWC: a prefix (02, 20 to"
            " 29), I for the item, at most one V before four or five P (price) or W (weight), C"
            f" last; the step is from 1 to {STEP_MAX:,}.",
        ) from error
    await lock_published(db, company_id)
    for other in await list_scale_codes(db, company_id):
        if other.prefix == wanted.prefix and other.picture != wanted.picture:
            raise InvalidField(
                f"picture: {other.picture} begins alike.",
                field="picture",
                remedy=f"Retire that one first: `central scale retire {other.picture}`.",
            )
    return wanted, await put_row(db, company_id, DataSet.SCALE_CODES, wanted)


async def retire_scale_code(db: AsyncConnection, company_id: CompanyId, picture: str) -> ScaleCode:
    """Codes like this mean nothing any more. Raises NotFound."""
    await lock_published(db, company_id)
    gone = await scale_code_of(db, company_id, picture)
    await publish(db, company_id, DataSet.SCALE_CODES, SHARED, [PublishedRow(picture, None)])
    return gone
