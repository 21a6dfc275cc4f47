"""What is refused about tips."""

from edge.domain.sale.refusals.tenders import BadTender, BadTenders


class TipsOff(BadTender, slug="tips-off", title="This shop takes no tips"):
    detail = "A tip was stated, and this shop takes none."
    remedy = "Leave the tip out; head office may switch tips on: central setting set STORE tips=on."


class TipNotPossible(BadTender, slug="tip-not-possible", title="The tip is not possible"):
    tip_minor: int
    decimals: int
    detail = "A tip of {tip_minor} is not possible on this tender."
    remedy = (
        "Take it in cash, by card or by a code, as a part of what the customer gives on a sale; "
        "goods that come back bring no tip back."
    )


class TipsOfVoid(BadTenders, slug="tips-of-void", title="A void gives its receipt's tips back"):
    back_minor: int
    given_minor: int
    decimals: int
    detail = "Tips of {back_minor} would go back, and the receipt had tips of {given_minor}."
    remedy = "Leave the tenders out: then every tender gives back what it took, its tip with it."
