"""Commands that make this machine a store's server, and run it."""

from pathlib import Path
from typing import Annotated

import typer

from edge.commands.command import Folder, StoreFolder, fail, in_one_sentence
from edge.commands.invited import invited
from sync.program.frame import PORT_MAX
from sync.program.plain_commands import tell as print
from sync.program.private_folder import work_as_account
from sync.protocol.trust import Trust

Central = Annotated[
    str | None, typer.Option(help="Head office's address, such as https://hq:8443, with --code.")
]
Code = Annotated[
    str | None, typer.Option(help="The one-time code of `central enrol-code`, or its string.")
]
Enrol = Annotated[
    str | None,
    typer.Option(
        metavar="HF1:…", help="The string of `central enrol-code`: address, code and pin."
    ),
]
TrustOption = Annotated[
    Trust | None,
    typer.Option(
        help="How head office's certificate is known: by the string's pin, or by this machine's"
        " store of authorities."
    ),
]
Port = Annotated[
    int | None, typer.Option(min=0, max=PORT_MAX, help="Where to serve; 0: any free port.")
]
Name = Annotated[
    list[str] | None,
    typer.Option(
        help="What tills on other machines call this box, such as s01.shop.internal; may stand "
        "several times."
    ),
]
Address = Annotated[
    list[str] | None,
    typer.Option(
        help="Its address in the shop's network, where it is not this machine's own; may stand "
        "several times."
    ),
]

OwnCertificate = Annotated[
    Path | None,
    typer.Option(
        help="The shop's own certificate with its chain (PEM), in place of the company's; taken "
        "anew when it changes.",
        dir_okay=False,
    ),
]
OwnKey = Annotated[
    Path | None, typer.Option(help="Its key (PEM, without a password).", dir_okay=False)
]


def provision(
    data: Folder,
    central: Central = None,
    code: Code = None,
    enrol: Enrol = None,
    trust: TrustOption = None,
    port: Port = None,
    name: Name = None,
    address: Address = None,
) -> None:
    """Make this machine a store's server: enrol it and load everything it needs to sell.

    Safe to run again: it goes on where it stopped.
    """
    from edge.commands.provision import Place, provision_store

    with in_one_sentence():
        chosen = invited(central, code, enrol, trust)
        provision_store(chosen, data, Place(port, name or (), address or ()), print)


def replace(
    data: Folder,
    central: Central = None,
    code: Code = None,
    enrol: Enrol = None,
    trust: TrustOption = None,
    port: Port = None,
    name: Name = None,
    address: Address = None,
) -> None:
    """Make this machine a store's server in a dead one's place: the same store and, unless others
    are given, the same names, in the next epoch; says which tills to pair again.

    Safe to run again: it goes on where it stopped.
    """
    from edge.commands.provision import Place
    from edge.commands.replace import replace_box

    with in_one_sentence():
        chosen = invited(central, code, enrol, trust)
        replace_box(chosen, data, Place(port, name or (), address or ()), print)


def restore(
    data: StoreFolder,
    source: Annotated[
        Path,
        typer.Option("--from", help="The copy of a store's folder.", file_okay=False),
    ],
) -> None:
    """Put a store back from a copy of its folder: it goes on in an epoch of its own, so that no
    number is used again. The folder that it lies in already may be named as well."""
    from edge.commands.restore import restore_store

    with in_one_sentence():
        restore_store(source, data, print)


def serve(
    data: Annotated[
        list[Path],
        typer.Option(
            "--data",
            help="A store's folder; may stand several times.",
            file_okay=False,
            envvar="EDGE_DATA",
        ),
    ],
    port: Annotated[
        int | None,
        typer.Option(min=0, max=PORT_MAX, help="Instead of the setting, for a single store."),
    ] = None,
    tls_cert: OwnCertificate = None,
    tls_key: OwnKey = None,
) -> None:
    """Serve one or several stores until SIGTERM or Ctrl-C: in plain on 127.0.0.1, and by HTTPS to
    tills on other machines once there is a certificate."""
    given = {"port": port, "tls_cert": tls_cert, "tls_key": tls_key}
    instead = {name: value for name, value in given.items() if value is not None}
    if instead and len(data) > 1:
        named = ", ".join(f"`--{name.replace('_', '-')}`" for name in instead)
        fail(f"{named}: for a single store; each folder's edge.toml has its own.")
    if (tls_cert is None) != (tls_key is None):
        fail("`--tls-cert` and `--tls-key` go together: name both files, or neither.")
    with in_one_sentence():
        from edge.box.addresses import telling_addresses
        from edge.server.serving import serve as serve_folders

        for folder in data:
            work_as_account("edge", folder)
        with telling_addresses(data, _say) as say:
            serve_folders(data, instead, say)


def _say(line: str) -> None:
    print(line, flush=True)
