"""A store that is put back from a copy of its folder goes on in an epoch of its own; two boxes of
one copy sell on, and nothing is lost."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.box.folder import database_of
from edge.commands.cli import app
from edge.commands.restore import HALF_MADE
from edge.db.connection import crash
from edge.db.epochs import held_epochs
from edge.domain.epoch import EpochState
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact
from sync.protocol.facts import EventRecovered, RetailTransaction
from tests.edge_store import open_store, sale
from tests.fake_central import FakeCentral
from tests.integration.exchange_fixtures import Shop, shop_of


async def sell(folder: Path, times: int, *, first: bool = True) -> list[str]:
    async with open_store(folder) as till:
        if first:
            await till.open_shop()
        answers = [await till.call("POST", "/sales", sale()) for _ in range(times)]
        return [answer.json()["receipt_number"] for answer in answers]


async def epochs(folder: Path) -> list[tuple[Epoch, EpochState]]:
    async with open_store(folder) as till:
        held = await till.box.reader.read(held_epochs)
    return [(one.epoch, one.state) for one in held]


def restore(source: Path, folder: Path) -> Result:
    return CliRunner().invoke(app, ["restore", "--from", str(source), "--data", str(folder)])


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy that was made after two receipts; the box has given three more since."""
    folder, copy = tmp_path / "S01", tmp_path / "copy"
    asyncio.run(sell(folder, 2))
    shutil.copytree(folder, copy)
    asyncio.run(sell(folder, 3, first=False))
    return copy


@pytest.mark.parametrize("where", ["elsewhere", "in place"])
def test_a_store_put_back_from_a_copy_uses_no_number_again(copied: Path, where: str) -> None:
    folder = copied if where == "in place" else copied.with_name("new")
    done = restore(copied, folder)
    assert done.exit_code == 0, done.output
    (left, was), (opened, now) = asyncio.run(epochs(folder))
    assert (was, now) == (EpochState.LEFT, EpochState.WRITING)
    said = " ".join(done.output.split())
    assert f"of epoch {left}, and goes on in epoch {opened}: no number is used again" in said
    assert said.rstrip("`.").endswith(f"edge serve --data {folder}")
    assert asyncio.run(sell(folder, 1, first=False)) == [f"S01-W1-E{opened}-000001"]


def test_the_same_copy_put_back_twice_is_two_epochs(copied: Path) -> None:
    folders = [copied.with_name(name) for name in ("one", "two")]
    for folder in folders:
        assert restore(copied, folder).exit_code == 0
    first, second = (asyncio.run(epochs(folder)) for folder in folders)
    assert first[0] == second[0]
    assert first[1] != second[1]


async def test_a_folder_that_is_in_use_is_not_put_back(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01"):
        done = await asyncio.to_thread(restore, tmp_path / "S01", tmp_path / "new")
    assert done.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_nothing_that_lies_there_is_written_over(copied: Path) -> None:
    taken = copied.with_name("S01")
    before = database_of(taken).read_bytes()
    done = restore(copied, taken)
    assert done.exit_code == 2
    assert "nothing of it was changed" in " ".join(done.output.split())
    assert database_of(taken).read_bytes() == before


def test_what_is_no_store_is_not_put_back(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert restore(tmp_path / "empty", tmp_path / "S01").exit_code == 2


def test_a_restore_that_is_cut_leaves_no_store_and_may_be_run_again(copied: Path) -> None:
    class Cut(BaseException):
        pass

    def cut() -> None:
        raise Cut

    folder = copied.with_name("new")
    crash.arm("restored", act=cut)
    with pytest.raises(Cut):
        restore(copied, folder)
    assert not folder.exists()
    assert restore(copied, folder).exit_code == 0
    assert not folder.with_name(f".{folder.name}{HALF_MADE}").exists()


def sales_of(central: FakeCentral) -> Iterator[RetailTransaction]:
    """Every sale that head office holds, those that came home as well."""
    for _, envelope in central.events:
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
        if isinstance(fact, EventRecovered):
            inner = fact.envelope
            fact = decode_fact(inner.kind, inner.kind_version, inner.body)
        if isinstance(fact, RetailTransaction):
            yield fact


async def test_two_boxes_of_one_folder_sell_on_and_head_office_has_every_receipt_of_both(
    tmp_path: Path,
) -> None:
    """Until the second learns of the first, both have given receipts of the same epoch; from then
    on no number is used twice."""
    await sell(tmp_path / "one", 2)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    central, given = FakeCentral(), 2
    async with AsyncExitStack() as stack:
        shops: list[Shop] = []
        for name in ("one", "two"):
            till = await stack.enter_async_context(open_store(tmp_path / name))
            shops.append(shop_of(till, central))
        for _ in range(4):
            for shop in shops:
                await shop.sell()
                given += 1
            for shop in shops:
                shop.exchange.beat_due = True
                await shop.exchange.round()
        for shop in (*shops, *shops):
            await shop.exchange.round()
        assert [(await shop.status())["waiting"] for shop in shops] == [0, 0]
        own, other = [await shop.till.epoch() for shop in shops]
    sold = {one.sale_id: one for one in sales_of(central)}
    assert len(sold) == given
    assert own != other
    later = [one.receipt_number for one in sold.values() if str(other) in one.receipt_number]
    assert len(later) == len(set(later)) >= 3
