"""Commands that hold the store's own records against each other, and add them up."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.commands.command import Folder, ask, fail
from sync.program.command_line import command
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print


def verify(data: Folder) -> None:
    """Walk the chain of each of this box's epochs; exit code 1 names the first bad event."""
    walked = ask(data, "POST", "/verify")
    if walked["first_bad_seq"] is not None:
        print(f"Event {walked['first_bad_seq']} of epoch {walked['epoch']} is not what was written")
        print("or is missing: keep this box's disk as it is and tell head office.")
        raise typer.Exit(NEEDS_A_PERSON)
    print(f"head {walked['seq']} {walked['hash']}")
    if walked["missing"] is not None:
        print(f"What is here is whole, but not all that was: {walked['missing']}.")
        print("Keep this box's disk as it is and tell head office; tills may have those receipts.")
        raise typer.Exit(NEEDS_A_PERSON)
    whole = list(map(_whole_epoch, walked["epochs"]))
    print(
        f"{', '.join(whole)} are whole. Next, for all else that the box needs:"
        f" `{command('edge', 'doctor', '--data', data)}`."
    )


def _whole_epoch(epoch: dict[str, Any]) -> str:
    events = f"{epoch['verified']:,} events of epoch {epoch['epoch']}"
    gone = epoch["pruned_through"]
    if not gone:
        return events
    return f"{events} (after {gone:,} that head office has and this box keeps no more)"


def totals(
    data: Folder,
    business_date: Annotated[
        str | None, typer.Option(help="Of one day (YYYY-MM-DD); left out: of everything.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
    receipts: Annotated[bool, typer.Option(help="Each receipt's figures too (JSON).")] = False,
) -> None:
    """What this store's own rows add up to."""
    day = None if business_date is None else _day_named(business_date)
    query = f"?business_date={day}" if day is not None else ""
    told = ask(data, "GET", f"/totals{query}")
    if receipts:
        told["receipts"] = _all_receipts(data, day)
    if as_json or receipts:
        print(json.dumps(told), to_programs=True)
        return
    from sync.protocol.money import format_minor

    for figure in told["figures"]:
        amount = figure["amount"]
        of_money = figure["unit"] == "minor"
        text = format_minor(amount, told["decimals"] or 0) if of_money else f"{amount:,}"
        print(f"{figure['name']:<32}{text:>18}")
    recovered = told["recovered"]
    if recovered is not None and recovered[0] > 0:
        print(f"{'of these from an earlier box':<32}{recovered[0]:>18,}")
    print(f"{'last sequence':<32}{told['last_seq']:>18,}")
    print(f"{'head hash':<32}{told['head_hash'][:16]:>18}")
    following = command("edge", "verify", "--data", data)
    print(f"These are the sums of this box's own rows. Next, whether all are whole: `{following}`.")


def _day_named(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        fail(f"{typed} is no day: write it as YYYY-MM-DD, such as 2026-11-28.")


def _all_receipts(folder: Path, business_date: date | None) -> list[Any]:
    """Every receipt, page by page; ends because each page moves ``after`` on."""
    found: list[Any] = []
    after: str | None = None
    while True:
        query = "&".join(
            f"{name}={value}"
            for name, value in (("business_date", business_date), ("after", after))
            if value is not None
        )
        page = ask(folder, "GET", f"/totals/receipts?{query}")
        found += page["receipts"]
        after = page["after"]
        if after is None:
            return found
