"""A sale over TLS on a connection that is kept, against the same in plain: one box, one run, in
turn, so that what disturbs the machine disturbs both."""

import json
import shutil
import statistics
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.edge_http import Sizes, Sold, baskets_for, middle, sell_over_http
from tests.benchmarks.running import edge_serving
from tests.benchmarks.shop import Shop, make_shop
from tests.own_root import Root

HERE = "127.0.0.2"


class TlsFigures(NamedTuple):
    """Medians over the rounds; the ratios, TLS to plain, are made within each round first."""

    one: Sold
    all: Sold
    plain_one: Sold
    plain_all: Sold
    cpu_ratio: float
    p50_ratio: float


async def measure_tls(folder: Path, sizes: Sizes | None = None) -> TlsFigures:
    """``folder`` is left as empty as it was."""
    sizes = sizes or Sizes()
    shop, root = make_shop(folder / "edge"), Root()
    chain, key = root.write(folder / "own", HERE)
    environment = {
        "EDGE_LAN": "true",
        "EDGE_ADDRESSES": json.dumps([HERE]),
        "EDGE_TLS_CERT": str(chain),
        "EDGE_TLS_KEY": str(key),
        "EDGE_TRUST_PORT": "0",
    }
    trusted = {"host": HERE, "authority": root.pem.decode()}
    alone = replace(shop, tokens=dict([next(iter(shop.tokens.items()))]))
    rounds: list[tuple[Sold, Sold, Sold, Sold]] = []
    async with edge_serving(shop.folder, environment) as edge:
        await sell_over_http(edge, shop, baskets_for(shop, sizes.warm_up, seed=3))

        async def sell(who: Shop, count: int, seed: int, tls: dict[str, str] | None) -> Sold:
            return await sell_over_http(edge, shop, baskets_for(who, count, seed=seed), tls)

        for number in range(sizes.rounds):
            rounds.append(
                (
                    await sell(alone, sizes.one, 10 + number, None),
                    await sell(alone, sizes.one, 30 + number, trusted),
                    await sell(shop, sizes.all, 50 + number, None),
                    await sell(shop, sizes.all, 70 + number, trusted),
                )
            )
    for name in ("edge", "own"):
        shutil.rmtree(folder / name)
    plain_one, one, plain_all, whole = (middle(column) for column in zip(*rounds, strict=True))
    return TlsFigures(
        one,
        whole,
        plain_one,
        plain_all,
        statistics.median(each[3].cpu_us / each[2].cpu_us for each in rounds),
        statistics.median(each[1].p50_ms / each[0].p50_ms for each in rounds),
    )
