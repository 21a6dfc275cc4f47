"""What is refused because of an item's rule: what must be asked, when, and with what along."""

from edge.domain.sale.refusals.lines import BadLine


class AgeNotChecked(BadLine, slug="age-not-checked", title="Proof of age was not seen"):
    name: str
    age_years: int
    detail = "{name!r} is sold to people of {age_years} years and more."
    remedy = "Ask for proof of age, and say that you saw it; else take the line out."


class SerialMissing(BadLine, slug="serial-missing", title="The serial number is asked for"):
    name: str
    detail = "{name!r} is sold with its serial number."
    remedy = "Scan or type the number that stands on it."


class OneSerialEach(BadLine, slug="one-serial-each", title="Each piece has its own serial number"):
    name: str
    quantity_milli: int
    detail = "{name!r} has a serial number; the line sells {quantity_milli} of it."
    remedy = "Give each piece a line of its own."


class LotMissing(BadLine, slug="lot-missing", title="The lot is asked for"):
    name: str
    detail = "{name!r} is sold with its lot."
    remedy = "Scan the code that names the lot, or type what stands on the package."


class ItemBarred(BadLine, slug="item-barred", title="This is not sold at this hour"):
    name: str
    barred_from: str
    barred_until: str
    detail = "{name!r} is not sold from {barred_from} until {barred_until}."
    remedy = "Take the line out."


class LinkMissing(BadLine, slug="link-missing", title="Something must be sold along"):
    name: str
    linked_item_id: str
    quantity_milli: int
    detail = "With {name!r} go {quantity_milli} of {linked_item_id!r}."
    remedy = "Ask for the amounts again: the answer names the lines that come along."


class LinkDiffers(
    BadLine, slug="link-differs", title="The line does not go with the one that it names"
):
    line_no: int
    linked_to: int
    detail = "Line {line_no} is not what goes along with line {linked_to}, or not so much of it."
    remedy = "Ask for the amounts again: the answer names the lines that come along."
