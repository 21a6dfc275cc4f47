"""What a report is refused with."""

from sync.protocol.errors import Declared


class ReportTooLarge(Declared, slug="report-too-large", title="The report is too large"):
    may_take_s: int
    detail = (
        "It took longer than {may_take_s} s, which is as long as one may take: it was asked of "
        "too much at once."
    )
    remedy = "Ask for fewer days at once, for one store, or for fewer rows (`limit`)."
