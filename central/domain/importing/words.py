"""Words that stand in cells: tax classes, units, yes and no, in the languages of who exports."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from central.domain.importing.sheet import Unreadable
from sync.protocol.facts import TaxClass
from sync.protocol.units import Unit

WORDS_KEPT = 4_096
_NOT_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=WORDS_KEPT)
def folded(text: str) -> str:
    """Without case, accents and punctuation, for headers and words.

    >>> folded(" Prix_d'achat (€) "), folded("Größe")
    ('prix d achat', 'grosse')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return _NOT_LETTERS.sub(" ", letters).strip()


def _table(lines: Mapping[str, str]) -> dict[str, str]:
    return {folded(word): meant for meant, words in lines.items() for word in words.split(", ")}


TAX_WORDS = _table(
    {
        TaxClass.STANDARD: "standard, standard rate, standard rated, full, normal, regular,"
        " taxable, yes, y, true, normalsatz, voll, regelsatz, taux normal, general, ordinaria,"
        " hoog, sr, s, gst, vat, mwst, 标准",
        TaxClass.REDUCED: "reduced, reduced rate, reduced-rate, low, lower, ermäßigt, taux réduit,"
        " reducido, ridotta, laag",
        TaxClass.ZERO: "zero, zero rate, zero-rate, zero rated, zero-rated, zr, z, nullsatz,"
        " taux zéro, nul, null",
        TaxClass.EXEMPT: "exempt, none, no, n, false, non taxable, not taxable, tax free,"
        " tax exempt, steuerfrei, exonéré, exento, esente, vrijgesteld, ex, e",
        TaxClass.OUT_OF_SCOPE: "out of scope, out_of_scope, os, not subject, nicht steuerbar,"
        " hors champ",
    }
)
UNIT_WORDS = _table(
    {
        Unit.EACH: "each, ea, pc, pcs, piece, pieces, unit, units, unit(s), item, stück, stk, st,"
        " pièce, pce, unité, unidad, ud, uds, pezzo, pz, stuk, stuks, 个, 件, buah, pcs.",
        Unit.PACK: "pack, pk, package, packung, paquet, paquete, pak, box, carton, case, karton",
        Unit.KILOGRAM: "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramm, kilogramme, 公斤",
        Unit.GRAM: "g, gr, gram, grams, gramm, gramme, 克",
        Unit.LITRE: "l, lt, ltr, liter, litre, litres, liters, litro",
        Unit.MILLILITRE: "ml, milliliter, millilitre, millilitres",
        Unit.METRE: "m, mtr, meter, metre, metres, meters, metro",
    }
)
_TRUE = _table(
    {"yes": "yes, y, true, t, 1, on, x, active, published, ja, oui, si, sì, wahr, vrai, 是"}
)
_FALSE = _table(
    {"no": "no, n, false, f, 0, off, inactive, archived, draft, nein, non, nee, falsch, faux, 否"}
)
_RATE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%?")
_RATE_WITHIN = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)\s*%")


def tax_class_of(text: str, rates: Mapping[int, TaxClass]) -> TaxClass:
    """By its word, or by a rate in percent that one class of the company has; ``rates`` in
    hundredths of a percent. Raises Unreadable."""
    known = TAX_WORDS.get(folded(text))
    if known is not None:
        return TaxClass(known)
    found = _RATE.fullmatch(text) or _RATE_WITHIN.search(text)
    if found is not None:
        whole, _, part = found[1].replace(",", ".").partition(".")
        stated = int(whole) * 100 + int(part.ljust(2, "0")) if part else int(whole) * 100
        if stated in rates:
            return rates[stated]
        raise Unreadable("the company has no tax class of this rate")
    raise Unreadable(f"it is no tax class ({', '.join(TaxClass)}) and no rate in percent")


def unit_of(text: str) -> Unit:
    """Raises Unreadable."""
    known = UNIT_WORDS.get(folded(text))
    if known is None:
        raise Unreadable(f"it is no unit that can be sold by: {', '.join(Unit)}")
    return Unit(known)


def yes_or_no(text: str) -> bool:
    """Raises Unreadable."""
    word = folded(text)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable("it is neither yes nor no")
