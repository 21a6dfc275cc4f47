"""Walks every feed from its first publication: dense numbers, and the set's hash after each row.

A set's hash says what all live rows are, so a row that was changed behind head office's back shows
where it stands, and a feed that was cut shows by its head. What the boxes hold is held against the
same hash by the boxes. Then each store's settings are held against the feed that they went out in.
"""

from typing import Any, NamedTuple
from uuid import UUID

from central.usecases.proof.verify_journal import Finding
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.reference import (
    EMPTY_SET_HASH,
    SET_HASH_BITS,
    DataSet,
    StoreSettings,
    row_hash,
)

PAGE_ROWS = 2_000
PAGES_MAX = 10_000_000

_FEEDS = """
SELECT c.name, f.company_id, f.data_set, f.scope FROM (
    SELECT company_id, data_set, scope FROM feed
    UNION SELECT DISTINCT company_id, data_set, scope FROM feed_log
    UNION SELECT DISTINCT company_id, data_set, scope FROM feed_latest
) AS f LEFT JOIN company AS c USING (company_id)
ORDER BY c.name, f.company_id, f.data_set, f.scope
"""
_OF_FEED = "WHERE company_id = $1 AND data_set = $2 AND scope = $3"
_PAGE = f"""
SELECT pub_seq, key, body, set_hash FROM feed_log {_OF_FEED} AND pub_seq > $4
ORDER BY pub_seq LIMIT $5
"""  # noqa: S608  the text is ours
_HEAD = f"SELECT head, set_hash, floor, floor_hash FROM feed {_OF_FEED}"  # noqa: S608  the text is ours
_LATEST = f"""
SELECT key, pub_seq, body FROM feed_latest {_OF_FEED} AND key > $4 ORDER BY key LIMIT $5
"""  # noqa: S608  the text is ours
_SETTINGS = """
SELECT o.store_id, o.code, o.name, o.price_zone, o.zone, o.settings, coalesce(
    (SELECT p.body FROM publication AS p WHERE p.company_id = o.company_id AND p.data_set = $1
        AND p.scope = o.store_id::text ORDER BY p.waiting_no DESC LIMIT 1),
    (SELECT l.body FROM feed_latest AS l WHERE l.company_id = o.company_id AND l.data_set = $1
        AND l.scope = o.store_id::text LIMIT 1)) AS published
FROM store AS o ORDER BY o.code, o.store_id
"""


class _Feed(NamedTuple):
    company: str
    company_id: UUID
    data_set: str
    scope: str

    @property
    def columns(self) -> tuple[UUID, str, str]:
        return self.company_id, self.data_set, self.scope

    def __str__(self) -> str:
        scope = f" ({self.scope})" if self.scope else ""
        return f"{self.company}, feed {self.data_set}{scope}"


async def verify_feeds(connection: Any) -> tuple[Finding, ...]:
    """``connection`` is asyncpg's, inside a snapshot of the database."""
    findings: list[Finding] = []
    for name, company_id, data_set, scope in await connection.fetch(_FEEDS):
        walk = _Walk(_Feed(name or str(company_id), company_id, data_set, scope))
        await walk.run(connection)
        findings += [Finding("", f"{walk.feed}: {said}.") for said in walk.said]
    return (*findings, *await _verify_settings(connection))


class _Walk:
    """One feed. ``parts``: what each live key's row adds to the set's hash."""

    def __init__(self, feed: _Feed) -> None:
        self.feed = feed
        self.seq = 0
        self.set_hash = int.from_bytes(EMPTY_SET_HASH, "big")
        self.parts: dict[str, tuple[int, int]] = {}
        self.floor = 0
        self.at_floor = False
        self.said: list[str] = []

    async def run(self, connection: Any) -> None:
        """Log, head and newest rows. At or below the floor stands what was in the set there."""
        head = await connection.fetchrow(_HEAD, *self.feed.columns)
        self.floor = head["floor"] if head else 0
        for _ in range(PAGES_MAX):
            page = await connection.fetch(_PAGE, *self.feed.columns, self.seq, PAGE_ROWS)
            for row in page:
                if row["pub_seq"] > self.floor:
                    self._reach_floor(head)
                    self._take(*row)
                else:
                    self._take_below(*row)
            if len(page) < PAGE_ROWS:
                break
        self._reach_floor(head)
        self._end(head)
        await self._latest(connection)

    def _take(self, seq: int, key: str, body: bytes | None, stated: bytes) -> None:
        """One more row. What it really adds is what its hash says; a body that adds something else
        is not the one that was published."""
        modulus = 1 << SET_HASH_BITS
        after = int.from_bytes(stated, "big")
        part = 0 if body is None else row_hash(key, body)
        if seq != self.seq + 1:
            first, last = self.seq + 1, seq - 1
            self.said.append(
                f"row {first} is missing"
                if first == last
                else f"rows {first} to {last} are missing"
            )
        else:
            was = self.parts.get(key, (0, 0))[1]
            published = (after - self.set_hash + was) % modulus
            if published != part % modulus:
                self.said.append(f"row {seq}, {key}, is not what was published")
                part = published
        self.seq, self.set_hash = seq, after
        self.parts[key] = (seq, part)

    def _take_below(self, seq: int, key: str, body: bytes | None, _stated: bytes) -> None:
        """One of the rows that were in the set at the floor."""
        self.seq = seq
        self.parts[key] = (seq, 0 if body is None else row_hash(key, body))

    def _reach_floor(self, head: Any) -> None:
        """Everything at or below it was taken, once: these rows prove themselves together."""
        if self.floor == 0 or self.at_floor:
            return
        self.at_floor = True
        base = int.from_bytes(head["floor_hash"], "big")
        if sum(part for _, part in self.parts.values()) % (1 << SET_HASH_BITS) != base:
            self.said.append(f"the rows through {self.floor} are not what was published")
        self.seq, self.set_hash = self.floor, base

    def _end(self, head: Any) -> None:
        stated = (head["head"], int.from_bytes(head["set_hash"], "big")) if head else (0, 0)
        if stated[0] > self.seq:
            self.said.append(f"its rows end at {self.seq}, and {stated[0]} were published")
        elif stated != (self.seq, self.set_hash):
            self.said.append(f"its head is {stated[0]} with another hash, by its rows {self.seq}")

    async def _latest(self, connection: Any) -> None:
        """The newest row of each key, which the sequencer takes out of the set's hash."""
        left = dict(self.parts)
        after = ""
        for _ in range(PAGES_MAX):
            page = await connection.fetch(_LATEST, *self.feed.columns, after, PAGE_ROWS)
            for key, seq, body in page:
                part = 0 if body is None else row_hash(key, body) % (1 << SET_HASH_BITS)
                if left.pop(key, None) != (seq, part):
                    self.said.append(f"the newest row of {key} is not what was published last")
            if len(page) < PAGE_ROWS:
                break
            after = page[-1]["key"]
        self.said += [f"the newest row of {key} is missing" for key in sorted(left)]


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"


async def _verify_settings(connection: Any) -> list[Finding]:
    """What the store's row says of it is what was published to its box."""
    findings = []
    for row in await connection.fetch(_SETTINGS, DataSet.SETTINGS.value):
        code = row["code"]
        try:
            settings = decode(StoreSettings, row["settings"])
        except Undecodable as error:
            findings.append(Finding(code, f"{code}: its settings cannot be read: {error}."))
            continue
        stands = (code, row["name"], row["price_zone"], row["zone"])
        published = (
            settings.store_code,
            settings.store_name,
            settings.price_zone,
            settings.zone,
        )
        if row["published"] != row["settings"] or stands != published:
            said = f"{code}: the store's row is not what was published to its box"
            findings.append(Finding(code, f"{said}: {_differing(stands, published)}."))
    return findings


def _differing(stands: tuple[str, ...], published: tuple[str, ...]) -> str:
    names = ("code", "name", "price zone", "time zone")
    parts = [
        f"{name} is {here}, published {there}"
        for name, here, there in zip(names, stands, published, strict=True)
        if here != there
    ]
    return ", ".join(parts) or "its settings are others"
