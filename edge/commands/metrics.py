"""The token that opens the box's figures."""

from edge.commands.command import Folder, in_one_sentence
from sync.program.plain_commands import tell as print


def metrics_token(data: Folder) -> None:
    """Make the token for Prometheus, in the place of any before; it is shown once."""
    from edge.box.addresses import known_address
    from edge.box.folder import SETTINGS_FILE, NotProvisioned
    from edge.box.metrics_token import make_metrics_token

    with in_one_sentence():
        if not (data / SETTINGS_FILE).exists():
            raise NotProvisioned(data)
        print(make_metrics_token(data))
    where = known_address(data) or "the box's address"
    print(
        "It opens the box's figures, and any before it opens nothing. Next: let Prometheus ask"
        f" {where}/metrics with `Authorization: Bearer TOKEN`."
    )
