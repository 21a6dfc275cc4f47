"""What a store refuses about goods that come in."""

from edge.domain.errors import NotNow
from sync.protocol.identity import MovementId


class MovementIdReused(NotNow):
    """The movement's id was used for other lines."""

    slug = "movement-id-reused"
    title = "This movement's id was used for another movement"

    def __init__(self, movement_id: MovementId) -> None:
        super().__init__(
            f"The movement {movement_id} was booked with other lines.",
            field="movement_id",
            remedy="Look at the item's movements; book these goods under a new id.",
        )
        self.movement_id = movement_id
