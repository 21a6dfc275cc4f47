"""``central demo``: stands everything up, trades, compares, takes everything down.

Exit codes: 0 every cell is equal, 1 one differs, 2 it could not run. ``--keep`` forks: the child
holds everything that runs, the parent ends with the verdict and leaves the child to be stopped.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from central.database.chosen import CannotRun
from central.database.embedded import PostgresCannotStart
from central.db.engine import BadDatabaseUrl
from central.demo.children import one_sentence
from central.demo.errors import DemoCannotRun
from central.demo.file_run import run_file
from central.demo.keys import at_a_terminal
from central.demo.links import renewing_commands, show_links
from central.demo.receipts_file import read_plan
from central.demo.sample_run import After, run_sample
from central.demo.stage import Stage, standing

EQUAL = 0
DIFFERS = 1
COULD_NOT_RUN = 2
INTERRUPTED = 130
PID_FILE = "demo.pid"
KEPT_LINKS_TITLE = "Look, or sell yourself (fresh links, each good once, for 15 minutes):"


@dataclass(frozen=True)
class DemoOptions:
    """What ``central demo`` was asked for."""

    database_url: str | None
    receipts: Path | None
    tamper: bool
    keep: bool
    seed: int
    once: bool = False
    discounts: bool = False


def run_demo(options: DemoOptions) -> int:
    """Run it; the exit code. Everything that it made is gone, unless ``keep``."""
    if options.keep:
        return _run_kept(options)
    return _run(options, _nothing)


def stop_kept(folder: Path) -> int:
    """Stop a demo that was kept; its own process takes everything down."""
    try:
        keeper = int((folder / PID_FILE).read_text())
        os.kill(keeper, signal.SIGTERM)
    except (OSError, ValueError) as error:
        print(f"central: no demo runs in {folder} ({error}).", file=sys.stderr)
        return COULD_NOT_RUN
    print(f"The demo in {folder} is being stopped; its folder goes with it.")
    return EQUAL


def _run(options: DemoOptions, afterwards: Callable[[Stage, int], Awaitable[None]]) -> int:
    try:
        return asyncio.run(_demo(options, afterwards))
    except (DemoCannotRun, CannotRun, BadDatabaseUrl, PostgresCannotStart) as error:
        _complain(str(error), error)
        return COULD_NOT_RUN
    except BaseExceptionGroup as group:
        refused, rest = group.split(DemoCannotRun)
        if refused is None or rest is not None:
            raise
        _complain(str(first_of(refused)), group)
        return COULD_NOT_RUN
    except OSError as error:
        _complain(one_sentence(error), error)
        return COULD_NOT_RUN
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("central: the demo was stopped; nothing of it is left running.", file=sys.stderr)
        return INTERRUPTED


def _complain(sentence: str, raised: BaseException) -> None:
    """In one line, with what is noted on it: where the logs are."""
    print("central:", sentence, *getattr(raised, "__notes__", ()), file=sys.stderr)


async def _demo(options: DemoOptions, afterwards: Callable[[Stage, int], Awaitable[None]]) -> int:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(stop, task.cancel)
    console = Console()
    plan = None
    if options.receipts is not None:
        console.print(f"Reading {options.receipts.name} …")
        plan = await asyncio.to_thread(read_plan, options.receipts)
    async with standing(options.database_url) as stage:
        if plan is not None:
            code = await run_file(
                stage, plan, console, tampering=options.tamper, lowered=options.discounts
            )
        else:
            code = await run_sample(
                stage,
                console,
                seed=options.seed,
                tampering=options.tamper,
                after=_after(options),
            )
        await afterwards(stage, code)
    return code


def _after(options: DemoOptions) -> After:
    if options.keep:
        return After.KEPT
    return After.STAYS if at_a_terminal() and not options.once else After.ENDS


def first_of(group: BaseExceptionGroup[DemoCannotRun]) -> BaseException:
    """The first refusal that stopped everybody else."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


async def _nothing(_stage: Stage, _code: int) -> None:
    return


def _run_kept(options: DemoOptions) -> int:
    """Fork before anything runs: the child is the parent of all that is kept."""
    told_from, told_to = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        os.close(told_from)
        os.setsid()
        code = _run(options, _hold(told_to))
        _tell(told_to, code)
        sys.stdout.flush()
        os._exit(code)
    os.close(told_to)
    return _await_verdict(keeper, told_from)


def _hold(told_to: int) -> Callable[[Stage, int], Awaitable[None]]:
    async def hold(stage: Stage, code: int) -> None:
        await asyncio.to_thread((stage.folder / PID_FILE).write_text, str(os.getpid()))
        await show_links(stage, Console(), KEPT_LINKS_TITLE)
        renewing = "".join(f"  {one}\n" for one in await renewing_commands(stage))
        print(
            f"New links, when these are used or over:\n{renewing}"
            f"Everything goes on running in {stage.folder}.\n"
            f"Stop it with: uv run central demo --stop {stage.folder}",
            flush=True,
        )
        _tell(told_to, code)
        await asyncio.Event().wait()

    return hold


def _tell(told_to: int, code: int) -> None:
    with contextlib.suppress(OSError):  # told before, or nobody listens any more
        os.write(told_to, bytes([code]))
        os.close(told_to)


def _await_verdict(keeper: int, told_from: int) -> int:
    while True:
        try:
            said = os.read(told_from, 1)
        except KeyboardInterrupt:
            os.kill(keeper, signal.SIGTERM)
            continue
        return said[0] if said else COULD_NOT_RUN
