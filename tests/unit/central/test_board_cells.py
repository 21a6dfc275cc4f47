"""The board's cells as they are filled into the forms of the template."""

from datetime import date

from markupsafe import Markup

from central.domain.day_state import DayState
from central.pages.cells import Fill
from central.reports.day_cells import Cell, StoreRow

FORMS = (
    Markup('<td id="{code}"><a href="{address}/{on}" class="{state}">{word}</a> {said}{cash}</td>'),
    Markup(" <i>{said}</i>"),
    Markup("<td>-</td>"),
)
DAY = date(2026, 3, 2)


def test_a_cell_is_its_form_with_its_words_and_an_empty_one_the_empty_form() -> None:
    cells = (
        Cell(DAY, DayState.NOT_CLOSED, 120_435, over_short_minor=-1_200),
        Cell(DAY, DayState.PROVEN, 0),
        Cell(DAY, None),
    )
    made = Fill(0, 2).cells(StoreRow("S1", "One", None, cells), "/stores/S1", FORMS)
    assert made.split("\n") == [
        f'<td id="S1"><a href="/stores/S1/{DAY}" class="not-closed">not closed</a> 1,204.35'
        " <i>cash 12.00 short</i></td>",
        f'<td id="S1"><a href="/stores/S1/{DAY}" class="proven">proven</a> 0.00</td>',
        "<td>-</td>",
    ]


def test_what_a_store_is_called_is_never_markup() -> None:
    row = StoreRow('<b>"', "", None, (Cell(DAY, DayState.PROVEN, 1),))
    made = Fill(0, 2).cells(row, '/stores/<b>"', FORMS)
    assert '<td id="&lt;b&gt;&#34;"><a href="/stores/&lt;b&gt;&#34;/' in made


def test_a_store_says_what_is_so_now_whatever_it_said_a_moment_ago() -> None:
    proven, silent = Cell(DAY, DayState.PROVEN, 100), Cell(DAY, DayState.NOT_HEARD)
    row = StoreRow("S1", "One", 60_000, (proven, silent))
    said = [Fill(now_ms, 2).cells(row, "/stores/S1", FORMS) for now_ms in (120_000, 240_000)]
    assert ["since 1 min ago" in said[0], "since 3 min ago" in said[1]] == [True, True]
    corrected = row._replace(cells=(proven._replace(total_minor=200), silent))
    now = Fill(240_000, 2).cells(corrected, "/stores/S1", FORMS)
    assert "2.00" in now
    assert "1.00" not in now
