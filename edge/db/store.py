"""What the store is: its box, its settings, its day's name."""

import sqlite3
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from edge.domain.box import SettingsMissing
from sync.protocol.codec import decode, encode
from sync.protocol.feeds import STORE_KEY
from sync.protocol.identity import CompanyId, DeviceId, Incarnation, StoreId
from sync.protocol.phone import country_of
from sync.protocol.reference import ReceiptTexts, StoreSettings

_BOX = (
    "SELECT store_id, company_id, store_code, device_id, central_url, central_key, genesis,"
    " genesis_signature, incarnation FROM box"
)
_INSERT_BOX = (
    "INSERT INTO box (one, store_id, company_id, store_code, device_id, central_url, central_key,"
    " genesis, genesis_signature, incarnation) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SETTINGS = "SELECT body FROM settings WHERE current"
_SETTINGS_NO = "SELECT settings_no FROM settings WHERE current"
_RETIRE_SETTINGS = "UPDATE settings SET current = 0 WHERE current"
_TAKE_SETTINGS = (
    "INSERT INTO settings (body, texts, current) VALUES (?, ?, 1)"
    " ON CONFLICT (body, texts) DO UPDATE SET current = 1"
)
_TEXTS = "SELECT body FROM receipt_texts WHERE key = ?"
_TAKE_TEXTS = "INSERT OR REPLACE INTO receipt_texts (key, body) VALUES (?, ?)"
_DROP_TEXTS = "DELETE FROM receipt_texts WHERE key = ?"
_NO_TEXTS = encode(ReceiptTexts())


class Enrolment(msgspec.Struct, frozen=True):
    """Who this box is, as head office said."""

    store_id: StoreId
    company_id: CompanyId
    store_code: str
    device_id: DeviceId
    central_url: str
    central_key: bytes
    genesis: bytes
    genesis_signature: bytes
    incarnation: Incarnation


def read_enrolment(db: sqlite3.Connection) -> Enrolment | None:
    """None before ``edge provision``."""
    row = db.execute(_BOX).fetchone()
    if row is None:
        return None
    return Enrolment(
        StoreId(UUID(bytes=row[0])),
        CompanyId(UUID(bytes=row[1])),
        row[2],
        DeviceId(UUID(bytes=row[3])),
        row[4],
        row[5],
        row[6],
        row[7],
        Incarnation(UUID(bytes=row[8])),
    )


def insert_enrolment(db: sqlite3.Connection, enrolment: Enrolment) -> None:
    """Once in the life of a data folder."""
    db.execute(
        _INSERT_BOX,
        (
            enrolment.store_id.bytes,
            enrolment.company_id.bytes,
            enrolment.store_code,
            enrolment.device_id.bytes,
            enrolment.central_url,
            enrolment.central_key,
            enrolment.genesis,
            enrolment.genesis_signature,
            enrolment.incarnation.bytes,
        ),
    )


def take_settings(db: sqlite3.Connection, settings: StoreSettings) -> None:
    """The store's settings from now on; those before stay for the receipts made under them."""
    _number_settings(db, encode(settings))


def take_receipt_texts(db: sqlite3.Connection, texts: ReceiptTexts) -> None:
    """What stands above and below receipts from now on; those before print what they had."""
    db.execute(_TAKE_TEXTS, (STORE_KEY, encode(texts)))
    _renumber_settings(db)


def drop_receipt_texts(db: sqlite3.Connection, key: str) -> None:
    """Nothing stands there from now on."""
    db.execute(_DROP_TEXTS, (key,))
    _renumber_settings(db)


def _renumber_settings(db: sqlite3.Connection) -> None:
    row = db.execute(_SETTINGS).fetchone()
    if row is not None:
        _number_settings(db, row[0])


def _number_settings(db: sqlite3.Connection, settings: bytes) -> None:
    """These settings, and the texts that hold, have one number: receipts name it."""
    texts = db.execute(_TEXTS, (STORE_KEY,)).fetchone()
    db.execute(_RETIRE_SETTINGS)
    db.execute(_TAKE_SETTINGS, (settings, _NO_TEXTS if texts is None else texts[0]))


def read_settings(db: sqlite3.Connection) -> StoreSettings:
    """The store's settings. Raises SettingsMissing until head office's have arrived."""
    row = db.execute(_SETTINGS).fetchone()
    if row is None:
        raise SettingsMissing
    return decode(StoreSettings, row[0])


def settings_number(db: sqlite3.Connection) -> int:
    """Of the settings and texts that hold: receipts name it. Raises SettingsMissing."""
    row = db.execute(_SETTINGS_NO).fetchone()
    if row is None:
        raise SettingsMissing
    return int(row[0])


def read_country(db: sqlite3.Connection) -> str | None:
    """The shop's country (ISO 3166), None while its settings are not here or name none."""
    row = db.execute(_SETTINGS).fetchone()
    return None if row is None else country_of(decode(StoreSettings, row[0]).zone)


def today(settings: StoreSettings, wall_ms: int) -> date:
    """The date in the store's zone at ``wall_ms`` (UTC milliseconds)."""
    return datetime.fromtimestamp(wall_ms // 1_000, UTC).astimezone(ZoneInfo(settings.zone)).date()
