"""What people do about a store's epochs and alarms at head office, as they type it."""

from functools import partial
from pathlib import Path

from central.db.engine import open_engine
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from tests.central_fixtures import TestedBox, postgres_template, problem, serving
from tests.head_office import apply_all
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]


async def found_wrong(url: str) -> list[str]:
    """What verifying says, but of the key, which these tests' head office did not write down."""
    engine = open_engine(url)
    said = [one.what for one in (await verify_head_office(engine)).findings]
    await engine.dispose()
    return [one for one in said if "head office's key did not sign" not in one]


async def test_an_epoch_is_sealed_its_tail_taken_and_closed_by_its_box(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        box = await served.enrolled(store_id)
        box.record(3)
        await box.push_events(1, 3)
        assert f"epoch {box.epoch}: speaks for the store" in (await typed("store", "list")).shown
        sealed = await typed("seal", "S01", "--reason", "it was stolen")
        assert (sealed.code, f"{box.epoch} of S01 is sealed at event 3" in sealed.shown) == (
            0,
            True,
        )
        again = await typed("seal", "S01", "--reason", "it was stolen")
        assert (again.code, again.shown) == (0, "The epoch of S01 was sealed already.\n")
        assert "no box speaks for the store; epoch" in (await typed("store", "list")).shown
        box.record(2)
        refused = await box.push_events(4, 5)
        assert problem(refused) == (403, "fenced")
        shown = (await typed("epochs", "S01")).shown
        assert f"{box.epoch}  sealed, its late tail is open\n" in shown
        assert "  the first; sealed at event 3; " in shown
        assert "A box of epoch 1 says it holds 2 more events." in shown
        box.end()
        told = decode(Acknowledgement, (await box.push_tail(4, 6)).content)
        assert told.acknowledged_through == 6
        await apply_all(served.office.archive)
        assert (
            "closed, its box ended it\n  the first; ended with event 6; "
            in (await typed("epochs", "S01")).shown
        )
        # A box that was sealed by a person does not speak for the store again by itself.
        branch = box.branched()
        assert (await branch.ratify()).status_code == 200
        shown = (await typed("epochs", "S01")).shown
        assert f"{branch.epoch}  a side branch, opened by its box itself" in shown
        assert f"after event 6 of {box.epoch}" in shown
        # The next box follows the end of the store's line, not the side branch.
        new = await served.enrolled(store_id)
        assert (new.epoch.number, new.genesis.parent) == (2, box.epoch)
        assert await found_wrong(postgres_url) == []
        acts = await served.rows(
            "SELECT act, subject, detail FROM audit WHERE act = 'epoch_sealed'"
        )
        assert acts == [("epoch_sealed", "S01", "it was stolen")]


async def test_a_tail_is_written_off_only_when_somebody_says_yes(
    postgres_url: str, tmp_path: Path
) -> None:
    typed = partial(central, url=postgres_url, data=tmp_path)
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        old = await served.enrolled(store_id)
        old.record(3)
        await old.push_events(1, 2)
        await apply_all(served.office.archive)
        name = str(old.epoch)
        asked = ("write-off", "S01", name, "--reason", "it burnt")
        in_use = await typed(*asked, "--yes")
        assert (in_use.code, "Seal it first" in in_use.complaint) == (2, True)
        await served.enrolled(store_id)
        told = await typed(*asked)
        assert (told.code, "1 event that somebody knows of are not" in told.shown) == (1, True)
        unknown = await typed("write-off", "S01", "9-aabbccdd", "--reason", "why", "--yes")
        assert (unknown.code, "knows no epoch 9-aabbccdd" in unknown.complaint) == (2, True)
        low = await typed(*asked, "--yes", "--through", "1")
        assert (low.code, "Events through 2" in low.complaint) == (2, True)
        done = await typed(*asked, "--yes")
        assert (done.code, "is written off: its days are proven" in done.shown) == (0, True)
        shown = (await typed("epochs", "S01")).shown
        assert f"{name}  written off" in shown
        assert "gave it up: it burnt. Workstations not heard: none" in shown
        assert "nobody knows of more than is here" in shown
        assert await found_wrong(postgres_url) == []
        await typed("rebuild")
        assert await found_wrong(postgres_url) == []


async def test_a_fork_is_seen_until_somebody_says_what_it_was(
    postgres_url: str, tmp_path: Path
) -> None:
    """And a request of then that comes again raises nothing."""

    typed = partial(central, url=postgres_url, data=tmp_path)
    async with serving(postgres_url) as served:
        store_id = await served.store(await served.company(), "S01")
        box = await served.enrolled(store_id)
        copy = TestedBox(served.client, box.key, box.enrolment)
        box.record(2)
        copy.record(2)
        await box.push_events(1, 2)
        assert problem(await copy.push_events(1, 2)) == (409, "fork")
        shown = (await typed("epochs", "S01")).shown
        assert "stands under an alarm: fork" in shown
        listed = (await typed("alarm", "list")).shown
        ids = [line.split()[1] for line in listed.splitlines() if line.startswith("S01  ")]
        assert len(ids) == 1
        cleared = await typed("alarm", "clear", "S01", ids[0], "--reason", "a copy, taken out")
        assert (cleared.code, "is cleared: a copy, taken out" in cleared.shown) == (0, True)
        again = await typed("alarm", "clear", "S01", ids[0], "--reason", "a copy, taken out")
        assert (again.code, "was cleared already" in again.shown) == (0, True)
        assert (await typed("alarm", "list")).shown.startswith("No alarm stands. Next")
        assert "cleared by command:" in (await typed("alarm", "list", "--all")).shown
        assert "under an alarm" not in (await typed("epochs", "S01")).shown
        assert problem(await copy.push_events(1, 2)) == (409, "fork")
        assert (await typed("alarm", "list")).shown.startswith("No alarm stands. Next")
        no_alarm = await typed("alarm", "clear", "S01", "ffff0000", "--reason", "why")
        assert (no_alarm.code, "has no alarm ffff0000" in no_alarm.complaint) == (2, True)
        # The copy goes on in an epoch of its own: both branches are kept.
        branch = copy.branched(after=0)
        assert (await branch.ratify()).status_code == 200
        branch.record(1)
        assert (await branch.push_events(1, 1)).status_code == 200
        assert await found_wrong(postgres_url) == []
