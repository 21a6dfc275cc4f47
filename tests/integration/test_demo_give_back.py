"""A workstation without a page gives back what it kept, as the till page does."""

from central.demo.workstation import Workstation
from tests.edge_store import Till
from tests.integration.kept_fixtures import Burnt, burnt, till

__all__ = ["burnt", "till"]


async def test_a_workstation_gives_back_what_the_box_lacks_and_nothing_twice(
    till: Till, burnt: Burnt
) -> None:
    kept = {answer["sale_id"]: answer for answer in burnt.answers}
    workstation = Workstation("W1", "S01", till.client, kept=kept)
    assert [len(await workstation.give_back()) for _ in range(2)] == [3, 0]
    rows = await till.box.reader.read(
        lambda db: db.execute("SELECT count(*) FROM recovered").fetchone()
    )
    assert rows == (3,)
