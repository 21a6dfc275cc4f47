"""What a report is refused with."""

from sync.protocol.errors import Refusal


class ReportTooLarge(Refusal, slug="report-too-large", title="The report is too large"):
    """It was asked of more than can be told in the time that one may take."""
