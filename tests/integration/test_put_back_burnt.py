"""Head office goes back to an older copy, and the box that had sent what was sold since burnt: only
its till has those receipts, which were acknowledged to it. They come home, whichever came first."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from central.usecases.journal.apply_events import apply_events
from central.usecases.proof.verify_head_office import verify_head_office
from tests.central_fixtures import Served, postgres_template
from tests.edge_store import Till, open_store
from tests.integration.command_fixtures import provision
from tests.integration.test_put_back_shop import Shop, at_work, figures, published
from tests.put_back import Chain, chain, known_key, whole

__all__ = ["chain", "postgres_template"]


class Keeping(Shop):
    """A store whose till keeps its answers."""

    async def sell_kept(self, times: int) -> list[dict[str, Any]]:
        before = self.till.client.event_hooks
        answers: list[dict[str, Any]] = []

        async def keep(response: Any) -> None:
            await response.aread()
            answers.append(response.json())

        self.till.client.event_hooks = {"response": [keep]}
        await self.sell(times)
        self.till.client.event_hooks = before
        return answers


async def enrolled(served: Served, store_id: Any, folder: Path) -> None:
    code, url = await served.code(store_id), str(served.client.base_url)
    made = await asyncio.to_thread(lambda: provision(url, folder, code=code))
    assert made.exit_code == 0, made.output


async def applied(served: Served) -> None:
    """Everything that arrived is counted."""
    for key in await served.office.archive.streams():
        while (await apply_events(served.office.archive, *key)).more:
            pass


async def given_back(till: Till, kept: list[dict[str, Any]]) -> list[str]:
    """How the box stands to each; what it wants is given."""
    heads = [answer["head"] for answer in kept]
    answer = await till.call("POST", "/kept/offers", {"kept": heads})
    standings: list[str] = answer.json()["standings"]
    wanted = [
        answer["envelope"]
        for answer, standing in zip(kept, standings, strict=True)
        if standing == "wanted"
    ]
    given = await till.call("POST", "/kept", {"kept": wanted})
    assert [one["outcome"] for one in given.json()["outcomes"]] == ["taken"] * len(wanted)
    return standings


@pytest.mark.parametrize("mirrored", [True, False], ids=["with the mirror", "without it"])
@pytest.mark.parametrize("first", ["replaced", "put back"])
async def test_what_both_lost_the_till_gives_though_it_was_told_that_it_was_acknowledged(
    chain: Chain, tmp_path: Path, first: str, mirrored: bool
) -> None:
    mirror = chain.mirror if mirrored else None
    async with at_work(chain, mirror) as served:
        company = await served.company()
        await known_key(served)
        store_id = await served.store(company, "S01")
        await published(served, company, 345)
        await enrolled(served, store_id, tmp_path / "burnt")
        async with open_store(tmp_path / "burnt") as till:
            shop = Keeping(till, served)
            await shop.exchanged()
            await till.open_shop()
            kept = await shop.sell_kept(1)
            await shop.exchanged()
            await whole(served)
    copy = await chain.copy()
    async with at_work(chain, mirror) as served, open_store(tmp_path / "burnt") as till:
        shop = Keeping(till, served)
        kept += await shop.sell_kept(2)
        await shop.exchanged()
        if first == "replaced":
            await enrolled(served, store_id, tmp_path / "new")
    chain.put_back(copy)
    async with at_work(chain, mirror) as served:
        if first == "put back":
            await enrolled(served, store_id, tmp_path / "new")
        async with open_store(tmp_path / "new") as till:
            shop = Keeping(till, served)
            await shop.exchanged()
            assert await given_back(till, kept) == ["acknowledged", "wanted", "wanted"]
            await shop.exchanged()
            assert set(await given_back(till, kept)) == {"acknowledged"}
            await applied(served)
            assert (await figures(served))[0] == [(3, 3)]
            findings = (await verify_head_office(served.engine)).findings
            lacking = ["which is not held as it was sealed" in one.what for one in findings]
            assert lacking == ([True] if first == "replaced" else [])  # what tills do not keep
