"""PINs of the sample chain's operators for the demo and for tests, hashed once: everybody knows
them. A company that people sell with is given starting PINs of its own (``central sample``)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sync.protocol.identity import OperatorId
from sync.protocol.reference import Credential

_ARGON2ID = "$argon2id$v=19$m=19456,t=2,p=1$"
"""As ``sync/engine/pin_hash.py`` makes them."""
SET_AT_MS = 1
"""Any other PIN is later."""


class SamplePin(NamedTuple):
    """``made``: salt and hash."""

    pin: str
    made: str


SAMPLE_PINS: Mapping[str, SamplePin] = MappingProxyType(
    {
        "O01": SamplePin(
            "4711", "QoIqNPiljOBbNaFS+gaeJg$jwmBFeal7T9G+JSb7h72XxOqUjWO6Fl2spgGSkrMhN4"
        ),
        "O02": SamplePin(
            "2580", "GO3YgLprtNgkzvPzbYphlA$hAz8TaNdO/7W5BJYL1ec0KfXwsBqkjz5Fbe90NVwm+I"
        ),
        "O03": SamplePin(
            "7391", "5mesQ72Fy6qlz+ov/rPOUg$7yPdbLzUpM7YXZzRzuKtYlht9D3cpB+VwcDrnzFyjg4"
        ),
        "O04": SamplePin(
            "8264", "JX8rAoxXLbiSMVEp+ajwpg$XwBU+UWFou4IswgeqZXPT9/hMEB2PXJOmmQx0WJ0x+E"
        ),
        "O05": SamplePin(
            "1973", "AW8ZxD+AQ6Nr3S/YQZ6jvA$IkOc8dChGgKrP+UNlt8dKBFOEL/hEdCwFgaJjGYdsFM"
        ),
        "O06": SamplePin(
            "6402", "/1uLjsEjhpIANve5GyiNZA$O5OMXmQH6y7/JV9bAYFs//1mli9kMWUDP+inpnznuZY"
        ),
        "O07": SamplePin(
            "5938", "ayxQxKaeAD7/log8iWnwfQ$hMYBI6uBZy43mrZenR3ied2AhwzHjKB1otNL76XxEX8"
        ),
        "O08": SamplePin(
            "3157", "TTl+G3ejoDMRMCbhu5PU1Q$SuqMsxEdj6x6f+ACNMz2qJ2HXQtTozh8tWbacv3oVLo"
        ),
        "O09": SamplePin(
            "9046", "o3FEJoho/VXr90qt/56dRA$VzXBAJN9HqMJkYZ4a6HSuO1tbg2EQmEoNAYVlwvs7wc"
        ),
    }
)


def known_pins(operator_ids: tuple[str, ...]) -> tuple[Credential, ...]:
    """Rows of these operators, whose PINs are their own already, one after the other those of the
    sample."""
    pins = zip(operator_ids, SAMPLE_PINS.values(), strict=False)
    return tuple(
        Credential(OperatorId(id_), _ARGON2ID + one.made, starting=False, set_at_ms=SET_AT_MS)
        for id_, one in pins
    )
