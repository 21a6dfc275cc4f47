"""Whoever follows what head office's commands say gets on: each says what is true now and names the
next one, which can be pasted as it stands, whatever the company and the folder are called and
however many companies one database holds."""

import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from central.commands.cli import app
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import Done, central
from tests.typed_commands import built, parsed, printed

__all__ = ["postgres_template"]

COMPANY = "Lim & Sons' Shops"
ANN = "o'hara@shop.example"
PASSWORD = "four good words here\n"
WALK = (
    "company add",
    "setup --store S01 --user you@shop.example --no-sample --tax 9%",
    "store add S02 --name Orchard",
    "store set S02 name=Orchard",
    "store show S02",
    "store list",
    "store retire S02",
    "setting set S01 address='1 Quay Road' footer='Thank you|Bye'",
    "setting show S01",
    "setting retire S01 address",
    "setting list",
    "item set BUN --name 'Kaya Bun' --code 8880417000024 --price 4.50",
    "item show BUN",
    "item list",
    "item retire BUN",
    "price zone airport",
    "price set BUN 4.80",
    "price list BUN",
    "price show BUN",
    "price set BUN 5 --from 2030-01-01T06:00",
    "price retire BUN --from 2030-01-01T06:00",
    "tax set reduced 7% --from 2026-01-01",
    "tax list",
    "tax show standard",
    "tax retire reduced --from 2026-01-01",
    "tender set nets --name Nets --kind card",
    "tender show nets",
    "tender way nets --through terminal --online-only",
    "tender by-hand nets",
    "tender set cdc --name 'CDC voucher' --kind voucher",
    "tender voucher cdc --means receivable --not-for Tobacco",
    "tender list",
    "tender retire nets",
    "currency set MYR 0.3012 --into SGD",
    "currency list",
    "company late-deposits 7",
    "currency retire MYR --into SGD",
    "price-books list",
    "price-books set MEMBERS --name 'Ann''s members' --group gold",
    "price-books price MEMBERS BUN 4.20",
    "price-books show MEMBERS",
    "pack set 8880417000116 BUN 6",
    "pack list",
    "pack retire 8880417000116",
    "price-books retire MEMBERS",
    "supplier set ACME --name 'Ann''s Foods' --lead-days 3 --over 5%",
    "supplier list",
    "supplier item ACME BUN --pack 12 --cost 30.00",
    "supplier items ACME",
    "supplier import 'what they bring.csv' --dry-run",
    "supplier drop ACME BUN",
    "supplier point S01 BUN 12 48",
    "supplier points S01",
    "supplier import-points S01 points.csv --dry-run",
    "supplier drop-point S01 BUN",
    "transfer list",
    "supplier retire ACME",
    "promotion list",
    "promotion set WELCOME of=all rate=5% --kind percent_off --name 'Ann''s 5 % off'",
    "promotion list",
    "promotion approvers 1",
    "coupon make WELCOME 25 'my coupons.csv'",
    "coupon list",
    "promotion retire WELCOME",
    "rule set BUN --age 18 --barred 22:30-07:00",
    "rule show BUN",
    "rule list",
    "rule retire BUN",
    "scale set 21IIIIIVPPPPC --step 10",
    "scale show 21IIIIIVPPPPC",
    "scale list",
    "scale retire 21IIIIIVPPPPC",
    "import items 'my prices.csv' --dry-run",
    "import items 'my prices.csv'",
    "import customers customers.csv",
    "export items 'my items.csv'",
    "export customers 'my customers.csv'",
    "enrol-code S01",
    "code list",
    "code end S01",
    "operator add O77 'Ann O''Hara'",
    "operator add O77 'Ann O''Hara'",
    "operator set O77 --role supervisor",
    "operator list",
    "operator show O77",
    "operator pin O77",
    "operator retire O77",
    "operator end M01",
    "role set lead --may sell --may discount:10%",
    "role list",
    "role show lead",
    "role retire lead",
    "user list",
    "user link you@shop.example",
    "user role you@shop.example sign_off",
    "user sign-out you@shop.example",
    "user deactivate you@shop.example",
    "user activate you@shop.example",
    "user reset you@shop.example",
    "user end you@shop.example",
    "token add reports",
    "token list",
    "token end reports",
    "box list",
    "epochs S01",
    "alarm list",
    "quarantine list",
    "quarantine retry S01",
    "grants",
    "goodwill list",
    "goodwill set S01 500 --period month --reason regulars",
    "goodwill set S01 50 --period day --from 2030-12-01 --reason fair",
    "goodwill list S01",
    "goodwill retire S01 --reason 'Ann''s word'",
    "loyalty show",
    "loyalty set --welcome 100 --expiry earned --months 24 --reason 'from 2027'",
    "loyalty tier set gold --name Gold --spend 2000.00 --times 1.5 --kept 12",
    "loyalty tier list",
    "loyalty tier retire gold",
    "loyalty times set TUE --name 'Ann''s Tuesday' --times 2 --hours 'tue 0:00-24:00'",
    "loyalty times list",
    "loyalty times retire TUE",
    "item set GIFT --name 'Gift card' --price 50 --tax out_of_scope",
    "gift-cards make 20 'my cards.csv'",
    "gift-cards show 9000001234567898",
    "gift-cards liability",
    "share show",
    "share set 70 30 --cap 5000 --reason families",
    "day S01 2026-11-23",
    "customers find nobody",
    "customers group list",
    "customers group retire 00000000-0000-4000-8000-000000000009",
    "customers alias list",
    "mirror show",
    "mirror end",
    "load-sample",
    "key show",
    "rebuild",
    "verify",
    "mend",
    "migrate",
    "support-bundle 'my office.zip'",
    "key replace",
)
REFUSED = (
    "promotion approve WELCOME --as you@shop.example",
    "promotion renew WELCOME",
    "item show NOPE",
    "store show S77",
    "tender show 'no such'",
    "operator show NOPE",
    "operator unlock M01 48215937 --store S01",
    "role show nope",
    "user link nobody@shop.example",
    "token end nope",
    "revoke S01",
    "seal S01 --reason stolen",
    "write-off S01 1-aabbccdd --reason burnt",
    "alarm clear S01 3fa91c02 --reason settled",
    "quarantine show S01 1-aabbccdd 57",
    "quarantine release S01 1-aabbccdd 57 --reason twice",
    "quarantine repair S01 1-aabbccdd 57 'my prices.csv' --reason twice",
    "sign S01 2026-11-23",
    "customers erase 00000000-0000-4000-8000-000000000009 --reason asked",
    "customers group set 00000000-0000-4000-8000-000000000009 gold",
    "customers alias join 00000000-0000-4000-8000-000000000008"
    " 00000000-0000-4000-8000-000000000009 --reason same",
    "customers alias part 00000000-0000-4000-8000-000000000008"
    " 00000000-0000-4000-8000-000000000009 --reason other",
    "loyalty tier retire nope",
    "loyalty times retire nope",
    "loyalty put 00000000-0000-4000-8000-000000000009 gold --reason regular",
    "loyalty leave 00000000-0000-4000-8000-000000000009 --reason regular",
    "loyalty give 00000000-0000-4000-8000-000000000009 50 --reason milk",
    "loyalty born 00000000-0000-4000-8000-000000000009 11",
    "loyalty statement 00000000-0000-4000-8000-000000000009",
    "transfer ask S01 S77 BUN=12",
    "transfer cancel 00000000-0000-4000-8000-000000000009 --reason twice",
    "mirror begin",
    "root export 2026-11-23",
    "root check 'my prices.csv'",
)
ELSEWHERE = {
    *("serve", "demo", "doctor", "install-service", "remove-service", "user add"),
    "import payments",
    "import deposits",
    "price-books import",
}
"""What does not end, says each remedy by itself, is walked below, or takes a file of its own."""
GOES_NO_FURTHER = ("token add", "support-bundle")
"""Next comes something that is no command."""


def command_of(words: list[str]) -> tuple[str, Any]:
    """The command's own words, and what it takes."""
    at: Any = built(app)
    named: list[str] = []
    for word in words:
        below = getattr(at, "commands", {}).get(word)
        if below is None:
            break
        at, named = below, [*named, word]
    return " ".join(named), at


def leaves(command: Any, path: tuple[str, ...] = ()) -> set[str]:
    """Every command below that is no group."""
    below = getattr(command, "commands", None)
    if below is None:
        return {" ".join(path)}
    return {leaf for name, one in below.items() for leaf in leaves(one, (*path, name))}


class Shell:
    """A technician's: nothing is set in the environment."""

    def __init__(self, url: str, folder: Path) -> None:
        self._where = {"--company": COMPANY, "--database-url": url, "--data": str(folder)}

    async def type(self, words: list[str]) -> Done:
        """The command on the company, database and folder, as far as it takes them."""
        more = [one for each in self._of(words).items() for one in each]
        return await central(*words, *more, typed=PASSWORD)

    def lacking(self, words: list[str], said: str) -> list[str]:
        """Commands in what these words were answered with that stand on something else."""
        here = self._of(words)
        found = []
        for named in printed(said):
            given = dict(pairwise(named))
            wanted = {name: here[name] for name in self._of(named[1:]).keys() & here.keys()}
            if (
                named[0] == "central"
                and "--help" not in named
                and not wanted.items() <= given.items()
            ):
                found.append(shlex.join(named))
        return found

    def _of(self, words: list[str]) -> dict[str, str]:
        takes = {one for each in command_of(words)[1].params for one in each.opts}
        return {name: value for name, value in self._where.items() if name in takes}


@pytest.fixture
async def shell(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my prices.csv").write_text("item;name;barcode;price\nMILK;Milk;8880417000017;3\n")
    (tmp_path / "customers.csv").write_text("code,name\nC1,Ann Lee\n")
    (tmp_path / "what they bring.csv").write_text("supplier,item\nACME,BUN\n")
    (tmp_path / "points.csv").write_text("item,at\nBUN,9\n")
    folder = tmp_path / "Lim's head office"
    folder.mkdir()
    await central("company", "add", "Corner Shops", url=postgres_url, data=folder)
    await central("company", "add", COMPANY, url=postgres_url, data=folder)
    return Shell(make_url(postgres_url).render_as_string(hide_password=False), folder)


def typed(line: str) -> list[str]:
    """The line's words; the company's name stands where a command begins one."""
    words = shlex.split(line)
    if words[0] == "setup":
        words.insert(1, COMPANY)
    return [*words, COMPANY] if line == "company add" else words


async def test_each_command_says_what_is_next_and_that_runs_as_it_is_printed(
    shell: Shell,
) -> None:
    wrong = {}
    followed: list[list[str]] = []
    for line in WALK:
        done = await shell.type(typed(line))
        last = done.shown.rpartition("Next")[2]
        following = next(printed(last), [])
        lacking = shell.lacking(typed(line), done.shown)
        if (done.code, done.complaint, lacking) != (0, "", []):
            wrong[line] = f"{done}, not whole: {lacking}"
        elif not following and not line.startswith(GOES_NO_FURTHER):
            wrong[line] = f"names nothing: {done.shown}"
        elif following[:1] == ["edge"]:
            assert parsed(following)
        elif following not in followed and following[1:2] not in ([], ["serve"]):
            followed.append(following)
            then = await central(*following[1:], typed=PASSWORD)
            if then.code not in (0, 1):  # the doctor finds that nobody serves
                wrong[line] = f"{following}: {then}"
    assert not wrong, "\n".join(f"{k}: {v}" for k, v in wrong.items())


async def test_what_is_refused_names_commands_on_the_same_company_and_folder(shell: Shell) -> None:
    await shell.type(typed(WALK[1]))
    for line in REFUSED:
        done = await shell.type(shlex.split(line))
        assert (line, done.code, done.shown) == (line, 2, "")
        assert (line, shell.lacking(shlex.split(line), done.complaint)) == (line, [])
    adding = ["user", "add", ANN, "--name", "Ann"]
    added = await shell.type(adding)
    assert (added.code, shell.lacking(adding, added.shown)) == (0, [])


def test_every_command_is_walked() -> None:
    walked = {command_of(shlex.split(line))[0] for line in (*WALK, *REFUSED)}
    assert walked | ELSEWHERE == leaves(built(app))
