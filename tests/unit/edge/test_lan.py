"""Which of a machine's addresses are the shop's network's."""

from ipaddress import IPv4Address

import pytest

from edge.box import lan


@pytest.mark.parametrize(
    ("name", "address", "wanted"),
    [
        ("eth0", "192.168.1.20", True),
        ("wlan0", "10.0.0.7", True),
        ("eth0", "172.31.0.1", True),
        ("tailscale0", "100.100.1.1", True),
        ("lo", "127.0.0.1", False),
        ("eth0", "169.254.7.7", False),
        ("eth0", "203.0.113.9", False),
        ("eth0", "192.0.2.2", False),
        ("docker0", "172.17.0.1", False),
        ("virbr0", "192.168.122.1", False),
    ],
)
def test_an_address_is_taken_if_tills_of_the_shop_can_reach_it(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str, wanted: bool
) -> None:
    monkeypatch.setattr(lan, "_interfaces", lambda: iter([(name, IPv4Address(address))]))
    assert lan.lan_addresses() == ((IPv4Address(address),) if wanted else ())


def test_all_of_them_are_taken_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [("v0", "192.168.7.20"), ("v0", "10.9.0.5"), ("v1", "10.9.0.5")]
    monkeypatch.setattr(
        lan, "_interfaces", lambda: iter([(name, IPv4Address(text)) for name, text in found])
    )
    assert [*map(str, lan.lan_addresses())] == ["10.9.0.5", "192.168.7.20"]
