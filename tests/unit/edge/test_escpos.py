"""A receipt as a printer's bytes: the very rows of its text, what is strong, the code, the cut."""

from edge.devices.printer.escpos import escpos_bytes
from sync.protocol.paper.blocks import RULE, Align, Block, Code, Pair, Symbology, Words
from sync.protocol.paper.text import render_text
from tests.doubles.escpos_paper import PrintedPaper, Row

RECEIPT: tuple[Block, ...] = (
    Words("*** COPY ***", Align.CENTER, strong=True),
    Words("Caf\u00e9 Orchard"),
    RULE,
    Pair("Kaya Bun, pack of 6", "7.90"),
    Pair("TOTAL", "7.90", strong=True),
    Code(Symbology.QR, "1-aabbccdd 17 0011223344556677"),
)
GOLDEN = "1b401b45011b74002020202020202020202020202020202a2a2a20434f5059202a2a2a0a1b4500436166822"


def test_what_a_printer_is_sent_begins_as_it_did() -> None:
    sent = escpos_bytes(RECEIPT, chinese=False, opens_drawer=False)
    assert sent.hex().startswith(GOLDEN)
    assert sent.endswith(b"\x1dV\x00")


def test_the_paper_has_the_rows_of_the_receipts_text_and_its_code() -> None:
    paper = PrintedPaper(escpos_bytes(RECEIPT, chinese=False, opens_drawer=False))
    assert paper.text == render_text(RECEIPT)
    assert paper.codes == ["1-aabbccdd 17 0011223344556677"]
    assert (paper.cuts, paper.kicks) == (1, 0)
    assert [row.text.strip() for row in paper.rows if row.bold] == ["*** COPY ***", _total()]


def _total() -> str:
    return render_text([Pair("TOTAL", "7.90")])


OF_A_PACK = (
    "1b401b45001b7400"
    "546561207820360a"
    "1b450020203120782031382e3130202020202020202020202020202020202020202020202020202031382e31300a"
    "1b4500202070726963653a204d656d626572730a"
    "1b64061d5600"
)
"""A name, what one of it costs with the sum, and the price book's name; then feed and cut."""


def test_a_pack_and_its_price_book_are_printed_by_these_bytes() -> None:
    blocks = (Words("Tea x 6"), Pair("  1 x 18.10", "18.10"), Words("  price: Members"))
    assert escpos_bytes(blocks, chinese=False, opens_drawer=False).hex() == OF_A_PACK


def test_the_drawer_opens_before_the_paper() -> None:
    sent = escpos_bytes(RECEIPT, chinese=False, opens_drawer=True)
    assert PrintedPaper(sent).kicks == 1
    assert sent.index(b"\x1bp") < sent.index(b"COPY")


def test_a_printer_that_knows_chinese_writes_it_in_its_place() -> None:
    blocks = (Pair("\u70e7\u5356 x2", "3.40"), Words("Bun"))
    paper = PrintedPaper(escpos_bytes(blocks, chinese=True, opens_drawer=False))
    assert paper.text == render_text(blocks)


def test_what_a_printer_cannot_write_is_a_question_mark_and_spoils_no_other_row() -> None:
    blocks = (Words("\U000f0000\U000f0001"), Words("Tea"))  # of nobody's font
    for chinese in (False, True):
        paper = PrintedPaper(escpos_bytes(blocks, chinese=chinese, opens_drawer=False))
        assert set(paper.rows[0].text) == {"?"}
        assert paper.rows[1] == Row("Tea")
