"""What is refused about what a code says beside its item."""

from datetime import date

from edge.domain.sale.refusals.lines import BadLine


class MisreadCode(BadLine, slug="misread-code", title="The code was not read right"):
    scan_code: str
    detail = "The check digit of {scan_code!r} is not what its other digits ask for."
    remedy = "Scan it again; where that does not help, find the item by its name."


class MisreadValue(BadLine, slug="misread-value", title="The price in this code does not check"):
    scan_code: str
    detail = (
        "The price or weight in {scan_code!r} is not what the digit beside it verifies: a digit "
        "was misread or misprinted."
    )
    remedy = "Scan it again, or find the item by its name and type the price or weight."


class LabelDiffers(
    BadLine, slug="label-differs", title="The line says something else than its code"
):
    what: str
    stated: str
    printed: str
    detail = "The line says {stated!r} ({what}); the code that was scanned says {printed!r}."
    remedy = "Take the line out, and scan the goods again."


class LotExpired(BadLine, slug="lot-expired", title="This lot has expired"):
    name: str
    lot: str
    expires_on: date
    detail = "{name!r}{of_lot} could be sold until {expires_on}."
    remedy = "Take it off the shelf, and give the customer another one."

    @property
    def of_lot(self) -> str:
        """The lot, where it is known."""
        return f" of lot {self.lot}" if self.lot else ""
