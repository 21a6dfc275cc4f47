"""A server as a service of systemd: its unit is written, and removed again.

The unit shuts in what the program does not need (systemd.exec(5)): a user of its own, no rights of
root's, the file system read only but for its folder. ``--user`` makes it one of the calling user's
own systemd, which cannot shut in as much.
"""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from sync.program.command_line import command
from sync.program.private_folder import unit_account

SYSTEM_UNITS = Path("/etc/systemd/system")
SYSTEMD_RUNS = Path("/run/systemd/system")
"""Made by systemd when it is the system's first process (sd_booted(3))."""
WATCHDOG_S = 60
ENVIRONMENT_FILE = "unit.env"
"""In the folder, so that nobody else reads it: what may not stand in a unit, such as a password."""


Own = Annotated[
    bool, typer.Option("--user", help="One of your own systemd, without root's rights.")
]
Shown = Annotated[bool, typer.Option("--print", help="Only show the unit.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- OPTIONS OF SERVE]", help="What `serve` is to be started with."),
]


class CannotInstall(Exception):
    """No service can be made or removed here; ``str()`` is one sentence for a person."""


class Unit(NamedTuple):
    """``words``: options of ``serve`` beside the folder. ``memory``: the most it may take, as
    systemd writes it. ``own``: of the calling user's systemd. ``low_port``: it listens below
    1024."""

    program: str
    about: str
    folder: Path
    words: tuple[str, ...]
    memory: str
    own: bool
    low_port: bool = False

    @property
    def name(self) -> str:
        """Of the unit, from the folder's."""
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", self.folder.name).strip("-")
        return f"holdfast-{self.program}-{plain or 'store'}.service"

    @property
    def account(self) -> str:
        """The user that it runs as, where it is the system's."""
        return unit_account(self.program)

    @property
    def file(self) -> Path:
        """Where the unit stands."""
        if not self.own:
            return SYSTEM_UNITS / self.name
        config = os.environ.get("XDG_CONFIG_HOME", "") or Path.home() / ".config"
        return Path(config) / "systemd" / "user" / self.name

    @property
    def systemctl(self) -> tuple[str, ...]:
        """The command that speaks to the systemd in question."""
        return ("systemctl", "--user") if self.own else ("systemctl",)


def options_of(
    serve: Callable[..., None], folder: Path, words: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The words as a service can be given them, files by their whole path, and what ``serve`` reads
    from them; ends the command as ``serve`` does where they cannot be."""
    app = typer.Typer(add_completion=False)
    app.command()(serve)
    parsed = typer.main.get_command(app).make_context(
        "serve", ["--data", str(folder), *words], resilient_parsing=False
    )
    files = {str(value) for value in parsed.params.values() if isinstance(value, Path)}
    whole = (str(Path(word).absolute()) if word in files else word for word in words)
    return tuple(whole), parsed.params


def unit_text(unit: Unit) -> str:
    """The unit, as it is written."""
    words = (sys.executable, "-m", unit.program, "serve", "--data", unit.folder)
    start = " ".join(_typed(word) for word in (*words, *unit.words))
    own_user = () if unit.own else (f"User={unit.account}", f"Group={unit.account}")
    lines = (
        *("[Unit]", f"Description={unit.about}"),
        *("Wants=network-online.target", "After=network-online.target"),
        *("StartLimitIntervalSec=0", ""),
        *("[Service]", "Type=notify", "NotifyAccess=main", f"ExecStart={start}"),
        *own_user,
        *("Restart=always", "RestartSec=2", f"WatchdogSec={WATCHDOG_S}"),
        *("TimeoutStartSec=30min", "TimeoutStopSec=60"),
        f"EnvironmentFile=-{unit.folder / ENVIRONMENT_FILE}".replace("%", "%%"),
        *("UMask=0077", "LimitNOFILE=65536", f"MemoryMax={unit.memory}", "TasksMax=512"),
        *("NoNewPrivileges=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
        *("LockPersonality=yes", "RestrictRealtime=yes", "SystemCallArchitectures=native"),
        *(() if unit.own else _shut_in(unit)),
        *("", "[Install]"),
        f"WantedBy={'default' if unit.own else 'multi-user'}.target",
    )
    return "\n".join(lines) + "\n"


def _shut_in(unit: Unit) -> tuple[str, ...]:
    """What only the system's systemd can do."""
    bind = "CAP_NET_BIND_SERVICE" if unit.low_port else ""
    ambient = (f"AmbientCapabilities={bind}",) if bind else ()
    return (
        *(f"CapabilityBoundingSet={bind}", *ambient),
        *("ProtectSystem=strict", f"ReadWritePaths={_quoted(unit.folder)}"),
        *("ProtectHome=read-only", "PrivateTmp=yes", "PrivateDevices=yes"),
        *("ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes"),
        *("ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes"),
        *("ProtectProc=invisible", "RestrictNamespaces=yes", "RestrictSUIDSGID=yes"),
        *("SystemCallFilter=@system-service", "SystemCallErrorNumber=EPERM"),
    )


def _typed(word: object) -> str:
    """One word of a command line."""
    return _quoted(word).replace("$", "$$")


def _quoted(word: object) -> str:
    """One word of a unit's line (systemd.syntax(7), systemd.service(5))."""
    text = str(word).replace("\\", "\\\\").replace('"', '\\"')
    text = text.replace("%", "%%")
    return text if re.fullmatch(r"[A-Za-z0-9_./:=@%+-]+", text) else f'"{text}"'


def install(unit: Unit) -> bool:
    """Write the unit, give its user the folder, and start it at once and at every boot; False where
    all of that is so already. Raises CannotInstall, OSError."""
    _refuse_without_systemd(unit)
    text, file = unit_text(unit), unit.file
    if file.exists() and f"--data {_typed(unit.folder)}" not in file.read_text():
        raise CannotInstall(
            f"{file} serves another folder of that name: rename {unit.folder}, or remove that "
            "service first."
        )
    if not unit.own:
        _give_to_account(unit)
    if file.exists() and file.read_text() == text and _is(unit, "is-active", "is-enabled"):
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o644)
    _run(*unit.systemctl, "daemon-reload")
    _run(*unit.systemctl, "enable", unit.name)
    _run(*unit.systemctl, "restart", unit.name)
    return True


def remove(unit: Unit) -> bool:
    """Stop it and take its unit away; the folder stays. False where there is none. Raises
    CannotInstall, OSError."""
    _refuse_without_systemd(unit)
    if not unit.file.exists():
        return False
    _run(*unit.systemctl, "disable", "--now", unit.name)
    unit.file.unlink()
    _run(*unit.systemctl, "daemon-reload")
    return True


def _refuse_without_systemd(unit: Unit) -> None:
    if not SYSTEMD_RUNS.is_dir() or shutil.which("systemctl") is None:
        serving = command(unit.program, "serve", "--data", unit.folder, *unit.words)
        raise CannotInstall(
            "No systemd runs here, so there is nothing to install a service in. Let whatever starts"
            f" this machine's programs run `{serving}`; `--print` shows the unit."
        )
    if not unit.own and os.geteuid() != 0:
        raise CannotInstall(
            "A service of the system is root's to install: run this with `sudo`, or add `--user` "
            "for one of your own."
        )


def _give_to_account(unit: Unit) -> None:
    """The account, made if missing, owns the folder and reaches the program. Raises
    CannotInstall."""
    for path in (Path(sys.executable), Path(__file__), unit.folder / "in it"):
        for one in dict.fromkeys((path.absolute(), path.resolve())):
            shut = next((above for above in one.parents if not _lets_pass(above, unit)), None)
            if shut is not None:
                raise CannotInstall(
                    f"The service's own user cannot pass through {shut} to {one.parent}: put the "
                    f"program under /opt and the folder under /var/lib, or use `--user`."
                )
    try:
        account = pwd.getpwnam(unit.account)
    except KeyError:
        _run(
            *("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/"),
            *("--shell", "/usr/sbin/nologin", unit.account),
        )
        account = pwd.getpwnam(unit.account)
    for inside, folders, files in os.walk(unit.folder):
        for name in (".", *folders, *files):
            os.chown(Path(inside) / name, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _lets_pass(folder: Path, unit: Unit) -> bool:
    """Everybody may pass, or it is the service's own."""
    return folder == unit.folder or bool(folder.stat().st_mode & 0o001)


def _is(unit: Unit, *questions: str) -> bool:
    asked = ((*unit.systemctl, "--quiet", question, unit.name) for question in questions)
    return all(subprocess.run(words, check=False).returncode == 0 for words in asked)


def _run(*words: str) -> None:
    """Raises CannotInstall with what the program complains of."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise CannotInstall(
            f"There is no program {words[0]} here: install it, then run this again."
        ) from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it does not say why"])[0]
        raise CannotInstall(
            f"`{shlex.join(words)}` failed: {said.rstrip('.')}. Mend that (what a service says: "
            "`journalctl --unit NAME`), then run this again."
        )
