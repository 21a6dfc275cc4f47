"""Through which server receipts go by e-mail: what `edge.toml` may say of it and what not."""

from pathlib import Path

import pytest

from edge.box.folder import SETTINGS_FILE
from edge.box.settings import WrongSettings, read_settings

HEAD = 'central_url = "https://head.example"\n'
MAIL = '[mail]\nhost = "mail.example"\nsender = "receipts@shop.example"\n'


def written(folder: Path, text: str) -> Path:
    (folder / SETTINGS_FILE).write_text(text)
    return folder


def test_a_server_is_named_by_host_and_sender_and_asked_for_tls(tmp_path: Path) -> None:
    mail = read_settings(written(tmp_path, HEAD + MAIL)).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.tls, mail.give_up_after_h) == (
        "mail.example",
        587,
        "starttls",
        72,
    )


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="holds a password") as refused:
        read_settings(written(tmp_path, f'mail_password = "hunter2"\n{HEAD}{MAIL}'))
    assert "hunter2" not in str(refused.value)


def test_a_password_comes_from_the_environment_and_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGE_MAIL_PASSWORD", "hunter2")
    settings = read_settings(written(tmp_path, HEAD + MAIL))
    assert settings.mail_password is not None
    assert settings.mail_password.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{settings!r}{settings.model_dump_json()}"


@pytest.mark.parametrize(
    "more",
    [
        'tls = "never"',
        'tls = "sometimes"',
        "port = 0",
        "give_up_after_h = 0",
        'colour = "green"',
    ],
)
def test_what_cannot_be_is_refused(more: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings):
        read_settings(written(tmp_path, f"{HEAD}{MAIL}{more}\n"))


@pytest.mark.parametrize("sender", ["shop", "shop@", "a b@c.example", "a@b.example\\nBcc: c@d.e"])
def test_a_sender_is_an_address_and_nothing_more(sender: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings):
        read_settings(
            written(tmp_path, f'{HEAD}[mail]\nhost = "mail.example"\nsender = "{sender}"\n')
        )
