"""Which of its addresses a box offers to tills: those that the company's authority vouches for."""

import ipaddress

import pytest

from edge.box import lan

SHOPS = ("10.0.0.5", "172.20.1.1", "192.168.1.20", "100.64.3.3")
OTHERS = ("127.0.0.1", "169.254.1.1", "8.8.8.8", "192.0.2.2", "198.18.0.1")


def test_only_addresses_that_head_office_certifies_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of a network for examples (RFC 5737) had head office refuse the whole certificate."""
    found = [("eth0", ipaddress.IPv4Address(each)) for each in (*SHOPS, *OTHERS)]
    found.append(("docker0", ipaddress.IPv4Address("172.17.0.1")))
    monkeypatch.setattr(lan, "_interfaces", lambda: iter(found))
    assert sorted(map(str, lan.lan_addresses())) == sorted(SHOPS)


def test_all_of_them_are_taken_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [("v0", "192.168.7.20"), ("v0", "10.9.0.5"), ("v1", "10.9.0.5")]
    found.append(("virbr0", "192.168.122.1"))
    monkeypatch.setattr(
        lan, "_interfaces", lambda: iter([(name, ipaddress.IPv4Address(at)) for name, at in found])
    )
    assert [*map(str, lan.lan_addresses())] == ["10.9.0.5", "192.168.7.20"]
