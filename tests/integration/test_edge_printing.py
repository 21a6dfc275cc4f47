"""Receipts on a printer at the counter, over the real API and a real socket: the receipt once, then
copies, and a printer that is out touches no sale."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from tests.doubles.escpos_paper import PrintedPaper
from tests.edge_store import Till, open_store, row_counts, sale

BY_CARD = {"tender_id": "card", "amount_minor": 345}


class Printer:
    """Listens as one does; each connection is a paper."""

    def __init__(self) -> None:
        self.papers: list[PrintedPaper] = []
        self.came = asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read(-1)
        self.papers.append(PrintedPaper(data))
        self.came.set()
        writer.close()

    async def paper(self) -> PrintedPaper:
        """The newest; waits for one."""
        await self.came.wait()
        self.came.clear()
        return self.papers[-1]


@asynccontextmanager
async def shop_with_printer(folder: Path) -> AsyncIterator[tuple[Till, Printer, asyncio.Server]]:
    printer = Printer()
    listening = await asyncio.start_server(printer.take, "127.0.0.1", 0)
    address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening, open_store(folder, printers={"W1": address}) as till:
        await till.open_shop()
        yield till, printer, listening


async def sold(till: Till, **fields: Any) -> dict[str, Any]:
    answer = await till.call("POST", "/sales", sale(**fields))
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def printed(till: Till, sale_id: str, **more: Any) -> httpx.Response:
    return await till.call("POST", f"/sales/{sale_id}/print", {"operator_id": "anna", **more})


async def test_the_receipt_comes_out_once_and_then_its_copies(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        assert (await till.call("GET", "/till")).json()["has_printer"] is True
        receipt = await sold(till)
        answer = await printed(till, receipt["sale_id"])
        assert (answer.status_code, answer.json()) == (200, {"is_copy": False})
        first = await printer.paper()
        written_out = receipt["receipt"].rsplit("\n", 1)[0]
        assert first.text.startswith(written_out)
        assert len(first.codes) == first.cuts == first.kicks == 1
        assert (await printed(till, receipt["sale_id"])).json() == {"is_copy": True}
        second = await printer.paper()
        assert second.rows[0].text.strip() == "*** COPY ***"
        assert (second.codes, second.kicks) == (first.codes, 0)


async def test_the_merchants_paper_makes_no_copy_of_the_customers(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        receipt = await sold(till, tenders=[BY_CARD])
        await printed(till, receipt["sale_id"], paper_for="merchant")
        assert (await printer.paper()).rows[0].text.strip() == "MERCHANT'S COPY"
        assert (await printed(till, receipt["sale_id"])).json() == {"is_copy": False}
        customers = await printer.paper()
        assert (customers.rows[0].text.strip() == "*** COPY ***", customers.kicks) == (False, 0)


async def test_no_paper_opens_the_drawer_but_a_receipt_that_follows_its_sale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever has an unprinted sale has a way to the cash that nobody hears of."""
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        receipt = await sold(till)
        await printed(till, receipt["sale_id"], paper_for="merchant")
        assert (await printer.paper()).kicks == 0
        monkeypatch.setattr("edge.usecases.sale.print.JUST_NOW_MS", -1)
        await printed(till, receipt["sale_id"])
        assert (await printer.paper()).kicks == 0


async def test_of_two_who_print_at_once_one_gets_a_copy(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, _, _listening):
        sale_id = (await sold(till))["sale_id"]
        both = await asyncio.gather(printed(till, sale_id), printed(till, sale_id))
        assert sorted(answer.json()["is_copy"] for answer in both) == [False, True]


async def test_a_printer_that_is_out_touches_no_sale_and_prints_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, listening):
        receipt = await sold(till)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        before = row_counts(till.box.folder)
        answer = await printed(till, receipt["sale_id"])
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (
            409,
            "printer-out",
        )
        assert "The sale is safe" in answer.json()["remedy"]
        assert row_counts(till.box.folder) == before
        async with await asyncio.start_server(printer.take, "127.0.0.1", port):
            assert (await printed(till, receipt["sale_id"])).json() == {"is_copy": False}
            assert (await printer.paper()).kicks == 1


async def test_a_printer_may_be_a_device_of_this_machine(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    device.touch()
    async with open_store(tmp_path / "S01", printers={"W1": str(device)}) as till:
        await till.open_shop()
        receipt = await sold(till)
        assert (await printed(till, receipt["sale_id"])).status_code == 200
    assert PrintedPaper(device.read_bytes()).cuts == 1


async def test_without_a_printer_the_browser_prints(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        assert (await till.call("GET", "/till")).json()["has_printer"] is False
        receipt = await sold(till)
        answer = await printed(till, receipt["sale_id"])
        assert answer.json()["type"].endswith("no-printer")


async def test_what_is_not_sold_is_not_printed(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        answer = await printed(till, "01a2228a-9240-77d7-84aa-4d87318c6963")
        assert answer.status_code == 404
        assert printer.papers == []


async def test_a_printer_that_took_half_of_a_paper_is_out_and_the_next_paper_is_whole_and_no_copy(
    tmp_path: Path,
) -> None:
    """What it has of the torn one it forgets: each paper begins with ESC @."""
    torn: list[bytes] = []

    async def tear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        torn.append(await reader.readexactly(100))
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with shop_with_printer(tmp_path / "S01") as (till, printer, listening):
        receipt = await sold(till)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        async with await asyncio.start_server(tear, "127.0.0.1", port):
            answer = await printed(till, receipt["sale_id"])
            assert answer.json()["type"].endswith("printer-out")
            assert "or not all of it" in answer.json()["detail"]
        async with await asyncio.start_server(printer.take, "127.0.0.1", port):
            assert (await printed(till, receipt["sale_id"])).json() == {"is_copy": False}
            whole = await printer.paper()
    assert (len(torn), whole.cuts) == (1, 1)
    assert whole.text.startswith(receipt["receipt"].rsplit("\n", 1)[0])


async def opened(till: Till, event_id: str) -> httpx.Response:
    body = {"operator_id": "anna", "event_id": event_id, "reason": "change"}
    return await till.call("POST", "/drawer", body)


async def test_the_printer_opens_the_drawer_without_a_sale_once_and_prints_nothing(
    tmp_path: Path,
) -> None:
    event_id = "01a2228a-9240-77d7-84aa-4d87318c6963"
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        answer = await opened(till, event_id)
        assert (answer.status_code, answer.json()["by_printer"]) == (201, True)
        paper = await printer.paper()
        assert (paper.kicks, paper.rows, paper.cuts) == (1, [], 0)
        again = await opened(till, event_id)
        assert (again.status_code, again.json()["by_printer"]) == (200, None)
        assert len(printer.papers) == 1, "an opening that is asked for again is no way to the cash"


@pytest.mark.parametrize("kind", ["loan", "pickup", "paid_in", "paid_out"])
async def test_cash_that_moves_opens_the_drawer_of_its_till_once(tmp_path: Path, kind: str) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, listening):
        session = (await till.call("GET", "/till-sessions/current")).json()["till_session_id"]
        path = f"/till-sessions/{session}/moves"
        moved = {"movement_id": str(uuid4()), "operator_id": "anna", "kind": kind}
        body = {**moved, "amount_minor": 500, "reason": "coins"}
        first = await till.call("POST", path, body)
        assert (first.status_code, first.json()["by_printer"]) == (201, True)
        paper = await printer.paper()
        assert (paper.kicks, paper.rows) == (1, [])
        again = await till.call("POST", path, body)
        assert (again.status_code, again.json()["by_printer"]) == (200, None)
        assert len(printer.papers) == 1
        listening.close()
        out = await till.call("POST", path, {**body, "movement_id": str(uuid4())})
        assert (out.status_code, out.json()["by_printer"]) == (201, False)


async def test_a_printer_that_is_out_opens_no_drawer_and_the_opening_is_noted(
    tmp_path: Path,
) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, _, listening):
        listening.close()
        before = row_counts(till.box.folder)["journal"]
        answer = await opened(till, "01a2228a-9240-77d7-84aa-4d87318c6963")
        assert (answer.status_code, answer.json()["by_printer"]) == (201, False)
        assert row_counts(till.box.folder)["journal"] == before + 1


async def test_who_may_not_open_it_opens_no_drawer(tmp_path: Path) -> None:
    async with shop_with_printer(tmp_path / "S01") as (till, printer, _):
        body = {"operator_id": "anna", "event_id": "no uuid", "reason": "change"}
        assert (await till.call("POST", "/drawer", body)).status_code == 400
        assert printer.papers == []


async def test_the_shops_logo_stands_on_its_receipts_and_a_spoilt_one_stops_none(
    tmp_path: Path,
) -> None:
    folder, device = tmp_path / "S01", tmp_path / "lp0"
    device.touch()
    logo = tmp_path / "logo.png"
    Image.new("1", (24, 8)).save(logo)
    async with open_store(folder, printers={"W1": str(device)}, logo=logo) as till:
        await till.open_shop()
        receipt = await sold(till)
        assert (await printed(till, receipt["sale_id"])).status_code == 200
        assert len(PrintedPaper(device.read_bytes()).pictures) == 1
        device.write_bytes(b"")
        address = f"/sales/{receipt['sale_id']}/receipt.pdf"
        with_logo = (await till.call("GET", address)).content
        logo.write_bytes(b"no picture")
        assert (await printed(till, receipt["sale_id"])).status_code == 200
        assert PrintedPaper(device.read_bytes()).pictures == []
        without = await till.call("GET", address)
        assert without.status_code == 200
        assert with_logo.count(b"/Image") > without.content.count(b"/Image")


@pytest.mark.parametrize(
    ("answer", "why"),
    [(b"\x12\x72", "It has no paper."), (b"\x16\x12", "Its cover is open.")],
)
async def test_a_printer_that_says_that_it_cannot_print_is_sent_nothing(
    answer: bytes, why: str, tmp_path: Path
) -> None:
    """Else it would print when there is paper again, and the receipt would come twice."""
    took: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readexactly(6)
        writer.write(answer)
        took.append(asked + await reader.read())
        writer.close()

    async with shop_with_printer(tmp_path / "S01") as (till, printer, listening):
        receipt = await sold(till)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        async with await asyncio.start_server(refuse, "127.0.0.1", port):
            said = (await printed(till, receipt["sale_id"])).json()
            assert (said["type"].rpartition(":")[2], why in said["detail"]) == ("printer-out", True)
        async with await asyncio.start_server(printer.take, "127.0.0.1", port):
            assert (await printed(till, receipt["sale_id"])).json() == {"is_copy": False}
        assert took == [b"\x10\x04\x02\x10\x04\x04"]


async def test_a_printer_that_answers_no_questions_is_asked_once(tmp_path: Path) -> None:
    raw: list[bytes] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.append(await reader.read())
        writer.close()

    async with shop_with_printer(tmp_path / "S01") as (till, _, listening):
        sale_id = (await sold(till))["sale_id"]
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        async with await asyncio.start_server(keep, "127.0.0.1", port):
            for _again in range(3):
                assert (await printed(till, sale_id)).status_code == 200
    assert [data.startswith(b"\x10\x04") for data in raw] == [True, False, False]
