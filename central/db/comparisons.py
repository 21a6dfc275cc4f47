"""What boxes say of a day beside their journals: copies of manifests that went ahead, and figures
of spans that head office asked for to find where two accounts differ."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from central.db.tables import CentralTable, big


class ManifestDeclaredRow(CentralTable, table=True):
    """A copy of a manifest that went ahead of the journal: shown as declared, proof of nothing."""

    __tablename__ = "manifest_declared"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    last_seq: int = big()
    manifest: bytes
    declared_at_ms: int = big()


class ComparisonRow(CentralTable, table=True):
    """A search for where a day's figures of an epoch differ between box and head office, through
    ``end_seq``: the span that is asked about next, and the events that were found. ``is_open``: it
    goes on; ``whole``: it came to its end."""

    __tablename__ = "comparison"
    store_id: UUID = Field(primary_key=True)
    business_date: date = Field(primary_key=True)
    epoch_number: int = Field(primary_key=True)
    epoch_fingerprint: bytes = Field(primary_key=True)
    end_seq: int = big(primary_key=True)
    after_seq: int = big()
    through_seq: int = big()
    rounds: int = 0
    spans: int = 0
    is_open: bool = True
    whole: bool = False
    found: bytes
    changed_at_ms: int = big()
