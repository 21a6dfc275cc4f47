"""What a store refuses about items: the code or the id names none, or one that is not sold."""

from edge.domain.sale.refusals.lines import BadLine
from sync.protocol.card import card_number_in
from sync.protocol.identity import ItemId


class ItemRefused(BadLine):
    item_id: ItemId
    name: str


class UnknownScanCode(BadLine, slug="unknown-scan-code", title="No item has this scan code"):
    scan_code: str
    detail = "No item has the scan code {said}."
    remedy = "Scan it again, or find the item by its name."

    @property
    def said(self) -> str:
        """A card's number is not said again."""
        return "of a card, it seems" if card_number_in(self.scan_code) else repr(self.scan_code)


class UnknownItem(BadLine, slug="unknown-item", title="This item is not known"):
    item_id: str
    detail = "No item has the id {item_id!r}."
    remedy = "Find the item by its scan code or name."


class InactiveItem(ItemRefused, slug="inactive-item", title="This item is no longer sold"):
    detail = "{name!r} ({item_id}) is no longer sold."
    remedy = "Take it off the receipt; head office can make it active again."
