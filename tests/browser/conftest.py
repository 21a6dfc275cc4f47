"""What every browser test may ask for: Chromium, tabs under watch, head office, a store's box.

All tests here run in the event loop of the session, because a browser and the processes around it
belong to the loop that started them.
"""

import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from central.database.embedded import PostgresServer
from central.demo.children import free_port
from tests.browser.chain import NOBODY_LISTENS, Box, Company, Office, office_on
from tests.browser.watched import Tabs
from tests.central_fixtures import migrated_template
from tests.crash.forge import Forge, running_forge
from tests.needed import Need, program_of
from tests.patience import STEP_PATIENCE_MS

FLAGS = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever asks for another host is refused before it leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
HERE = Path(__file__).parent
failed_key = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("asyncio") is not None:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if isinstance(item, pytest.Function) and "tabs" in item.fixturenames:
            # Last to be made, first to go: a box that ends under an open page makes it complain.
            item.fixturenames.sort(key=lambda name: name == "tabs")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[failed_key] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for each worker of a run; it ends with it, however that ends."""
    program = program_of(Need.BROWSER)
    expect.set_options(timeout=STEP_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tabs(
    chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Tabs]:
    """This test's tabs. At the end: nobody complained, nothing was asked of another host; of a
    failed test the screenshots are kept in its ``tmp_path``."""
    opened = Tabs(chromium)
    yield opened
    failed = request.node.stash.get(failed_key, True)
    faults = opened.faults()
    if failed or faults:
        pictures = "\n".join(str(path) for path in await opened.keep_pictures(tmp_path))
        request.node.add_report_section("teardown", "pictures", pictures)
        request.node.add_report_section("teardown", "console", "\n".join(opened.console))
    await opened.close()
    assert failed or faults == []


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Where boxes are forked from: one for each worker."""
    with running_forge() as forge:
        yield forge


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(
    postgres_server: PostgresServer, forge: Forge, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """One head office for each worker, on a database of its own."""
    name = f"browser_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template(postgres_server)}")
    await admin.close()
    folder = tmp_path_factory.mktemp("office")
    async with office_on(postgres_server.url_for(name), folder, forge) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def company(office: Office) -> Company:
    """A company of the test's own, with the sample chain and a user."""
    return await office.company()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provisioned(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's folder to copy. Its copies never find head office: two boxes with one device's key
    would be a fork."""
    company = await office.company()
    box = await company.provision("S01", tmp_path_factory.mktemp("provisioned") / "S01")
    return box.folder


@pytest_asyncio.fixture(loop_scope="session")
async def shop(provisioned: Path, forge: Forge, tmp_path: Path) -> AsyncIterator[Box]:
    """A running store with the sample's items, head office away; quick to have."""
    folder = Path(shutil.copytree(provisioned, tmp_path / "S01"))
    box = Box("S01", folder, free_port(), forge)
    box.move_central(NOBODY_LISTENS)
    await box.start()
    try:
        yield box
    finally:
        await box.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def store_box(company: Company, tmp_path: Path) -> AsyncIterator[Box]:
    """A running store of ``company``, in contact with head office."""
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    try:
        yield box
    finally:
        await box.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def both(company: Company, tmp_path: Path) -> AsyncIterator[tuple[Box, Box]]:
    """Two running stores of a company."""
    async with AsyncExitStack() as running:
        found = []
        for code in ("S01", "S02"):
            box = await company.provision(code, tmp_path / code)
            running.push_async_callback(box.kill)
            await box.start()
            found.append(box)
        yield found[0], found[1]
