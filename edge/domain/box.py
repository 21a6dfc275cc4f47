"""What a box refuses that belongs to a store already, or whose store's settings are not here."""

from sync.protocol.errors import NotAcceptable, NotNow


class EnrolledAlready(NotNow, slug="enrolled-already", title="This box belongs to a store already"):
    store_code: str
    detail = "This box is the store {store_code} already."
    remedy = "Use another data folder for another store."


class EnrolmentUnsound(
    NotAcceptable, slug="enrolment-unsound", title="Head office's answer cannot be trusted"
):
    """It contradicts itself, or head office did not sign it."""

    why: str
    detail = "The answer to the enrolment cannot be used: {why}."
    remedy = "Check head office's address and that nothing stands between, then try again."


class SettingsMissing(NotNow, slug="settings-missing", title="The store is not set up yet"):
    detail = "The settings of this store have not arrived from head office yet."
    remedy = "Let the store server reach head office once; `edge status` says how far it is."
