"""Bars of a code, as python-barcode has them: EAN-13, EAN-8, UPC-A, Code 128."""

from functools import lru_cache

from edge.domain.shelf_label import Symbology

QUIET_MODULES = 11
"""Blank beside the bars (GS1 General Specifications, 5.2.3.4: EAN-13, on the left)."""


@lru_cache(maxsize=1_024)
def modules(code: str, symbology: Symbology) -> str:
    """``1`` is dark, ``0`` light, without what is left blank beside them."""
    from barcode.codex import Code128
    from barcode.ean import EuropeanArticleNumber8, EuropeanArticleNumber13
    from barcode.upc import UniversalProductCodeA

    kinds = {
        Symbology.EAN_13: EuropeanArticleNumber13,
        Symbology.EAN_8: EuropeanArticleNumber8,
        Symbology.UPC_A: UniversalProductCodeA,
        Symbology.CODE_128: Code128,
    }
    built: str = kinds[symbology](code).build()[0]
    return built


def bars_path(code: str, symbology: Symbology) -> tuple[int, str]:
    """Modules across, blank ones too, and the dark ones as an SVG path one high."""
    found, at, dark = modules(code, symbology), QUIET_MODULES, []
    for run in _runs(found):
        if run[0] == "1":
            dark.append(f"M{at} 0h{len(run)}v1h-{len(run)}z")
        at += len(run)
    return at + QUIET_MODULES, "".join(dark)


def bars_svg(code: str, symbology: Symbology) -> str:
    """As a picture that is stretched to whatever height it gets."""
    wide, dark = bars_path(code, symbology)
    space = 'xmlns="http://www.w3.org/2000/svg" preserveAspectRatio="none"'
    return f'<svg {space} viewBox="0 0 {wide} 1"><path d="{dark}"/></svg>'


def _runs(found: str) -> list[str]:
    runs: list[str] = []
    for module in found:
        if runs and runs[-1][0] == module:
            runs[-1] += module
        else:
            runs.append(module)
    return runs
