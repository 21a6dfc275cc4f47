"""The board's cells as they are filled into the forms of the template."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from markupsafe import Markup

from central.domain.day_state import DayState
from central.domain.day_verdict import Doubt
from central.domain.signing import Correction
from central.pages.cells import Fill
from central.pages.kept import kept
from central.reports.board_lines import BoardLine
from central.reports.day_cells import Cell, StoreRow
from central.reports.reconciled_day import Reason, ReconciledDay
from central.reports.streams import Standing
from sync.protocol.figures import Totals
from sync.protocol.identity import StoreId

FORMS = (
    Markup("<tr>{cells}</tr>"),
    Markup('<td id="{code}"><a href="{address}/{on}" class="{state}">{word}</a> {said}{cash}</td>'),
    Markup(" <i>{said}</i>"),
    Markup("<td>-</td>"),
)
DAY = date(2026, 3, 2)
SHOP = StoreId(UUID(int=1))


def test_a_cell_is_its_form_with_its_words_and_an_empty_one_the_empty_form() -> None:
    cells = (
        Cell(DAY, DayState.NOT_CLOSED, 120_435, over_short_minor=-1_200),
        Cell(DAY, DayState.PROVEN, 0),
        Cell(DAY, None),
    )
    made = Fill(0, 2).rows([StoreRow("S1", "One", None, cells)], *FORMS)
    assert made.removeprefix("<tr>").removesuffix("</tr>").split("\n") == [
        f'<td id="S1"><a href="/stores/S1/{DAY}" class="not-closed">not closed</a> 1,204.35'
        " <i>cash 12.00 short</i></td>",
        f'<td id="S1"><a href="/stores/S1/{DAY}" class="proven">proven</a> 0.00</td>',
        "<td>-</td>",
    ]


def test_what_a_store_is_called_is_never_markup() -> None:
    row = StoreRow('<b>"', "", None, (Cell(DAY, DayState.PROVEN, 1),))
    made = Fill(0, 2).rows([row], *FORMS)
    assert '<td id="&lt;b&gt;&#34;"><a href="/stores/%3Cb%3E%22/' in made


def test_a_store_says_what_is_so_now_whatever_it_said_a_moment_ago() -> None:
    proven, silent = Cell(DAY, DayState.PROVEN, 100), Cell(DAY, DayState.NOT_HEARD)
    row = StoreRow("S1", "One", 60_000, (proven, silent))
    said = [Fill(now_ms, 2).rows([row], *FORMS) for now_ms in (120_000, 240_000)]
    assert ["since 1 min ago" in said[0], "since 3 min ago" in said[1]] == [True, True]
    corrected = row._replace(cells=(proven._replace(total_minor=200), silent))
    now = Fill(240_000, 2).rows([corrected], *FORMS)
    assert "2.00" in now
    assert "1.00" not in now


def test_whichever_of_its_inputs_changes_a_store_s_row_is_what_it_would_be_built_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One input after the other becomes another, and back: a row of the past is never shown."""
    corrected = Correction(1, 2, ())
    changes: dict[str, Any] = {
        "business_date": DAY + timedelta(days=1),
        "state": DayState.DIFFERS,
        "total_minor": 101,
        "difference_minor": -5,
        "differing": 2,
        "over_short_minor": 7,
        "correction": corrected,
    }
    assert set(changes) == set(Cell._fields)
    rows = []
    for state in DayState:
        cell = Cell(DAY, state, 100, 1, 1, 1)
        row = StoreRow("S1", "One", 60_000, (cell, Cell(DAY, DayState.PROVEN, 1)))
        others = [cell._replace(**{name: value}) for name, value in changes.items()]
        rows += [row, *(row._replace(cells=(one, row.cells[1])) for one in others), row]
        rows += [row._replace(code="S2"), row._replace(name="Two"), row._replace(heard_ms=None)]
    said = set()
    for row in rows:
        for fill in (Fill(120_000, 2), Fill(240_000, 2), Fill(240_000, 0)):
            for forms in (FORMS, (*FORMS[:-1], Markup("<td>none</td>"))):
                kept_so_far = fill.rows([row], *forms)
                with monkeypatch.context() as patched:
                    patched.setattr("central.pages.cells.kept", type(kept)())
                    assert fill.rows([row], *forms) == kept_so_far
                said.add(str(kept_so_far))
    assert len(said) > 2 * len(rows) // 3


def test_whatever_a_store_s_newest_day_says_its_line_is_what_it_would_be_built_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def head(*said: object) -> Markup:
        return Markup("<th>{}</th>").format(said)

    def day(*said: object) -> Markup:
        return Markup("<td>{}</td>").format(said)

    forms = (Markup("{code}{head}{contact} {lag}{day}"), head, day)
    gross = Totals(gross_minor=100)
    a_day = ReconciledDay(SHOP, DAY, (), gross, gross, (), (), (), ())
    line = BoardLine("S1", "One", "UTC", Standing(1_000, 0, 0, 0, enrolled=True), a_day)
    doubt = Reason(Doubt.NOT_CLOSED, "The store has not closed the day yet.")
    days = [
        msgspec.structs.replace(a_day, business_date=DAY + timedelta(days=1)),
        msgspec.structs.replace(a_day, reasons=(doubt,)),
        msgspec.structs.replace(a_day, central=Totals(gross_minor=99)),
        msgspec.structs.replace(a_day, declared=None),
    ]
    lines = [line, *(line._replace(day=one) for one in days), line._replace(day=None)]
    lines += [line._replace(standing=line.standing._replace(behind=3)), line]
    lines += [line._replace(name="Two"), line._replace(state=DayState.PROVEN)]
    for one in lines:
        for fill in (Fill(120_000, 2), Fill(240_000, 0)):
            kept_so_far = fill.lines([one], *forms)
            with monkeypatch.context() as patched:
                patched.setattr("central.pages.cells.kept", type(kept)())
                assert fill.lines([one], *forms) == kept_so_far
