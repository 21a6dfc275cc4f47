"""What the demo asks of a box the way ``edge`` commands do: over the socket in its folder."""

from typing import Any

import httpx

from central.demo.errors import DemoCannotRun
from central.demo.stage import Stage, StoreBox
from sync.engine.transport import NO_TLS

TIMEOUT_S = 300


async def ask(stage: Stage, box: StoreBox, method: str, path: str, body: object = None) -> Any:
    """The box's answer. Raises DemoCannotRun with its problem."""
    transport = httpx.AsyncHTTPTransport(uds=str(stage.socket(box)), verify=NO_TLS)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://localhost", timeout=TIMEOUT_S
    ) as client:
        response = await client.request(method, path, json=body)
    if response.status_code >= 400:
        raise DemoCannotRun(f"{box.code}'s box refused {path}: {response.text}")
    return response.json()


async def pairing_code(stage: Stage, box: StoreBox, workstation_id: str) -> str:
    """As ``edge pair`` makes it."""
    made = await ask(stage, box, "POST", "/pairing-codes", {"workstation_id": workstation_id})
    return str(made["code"])


async def paired_workstations(stage: Stage, box: StoreBox) -> frozenset[str]:
    """As ``edge workstations`` lists them."""
    told = await ask(stage, box, "GET", "/workstations")
    return frozenset(str(one["workstation_id"]) for one in told["paired"])
