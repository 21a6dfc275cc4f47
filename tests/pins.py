"""PINs of the tests' operators, with hashes that were made once: hashing takes 30 ms each."""

import sqlite3

MADE = {
    "4711": "$argon2id$v=19$m=19456,t=2,p=1$JAItsApF9GD8X5lby1lYGQ"
    "$DUcCYKBRYa+qHhf0aQhcIfokftjTSk1cQ2KmisrEo1o",
    "2580": "$argon2id$v=19$m=19456,t=2,p=1$5oHmPWZML+JHEYpMOBNQOg"
    "$gZSqS7iifeYludkHpRYvSzykGtoOS8vy0drZlMJ4u8w",
    "7391": "$argon2id$v=19$m=19456,t=2,p=1$9FOJ/fHUw4TiUgIyDH4kbQ"
    "$qWTz5LkwMY/ImdfxZ1nBzuQ+PcWdIW6SObY8wxP1/ow",
    "8264": "$argon2id$v=19$m=19456,t=2,p=1$xqk5sSSvfHbzJ4jCkK1E0A"
    "$oP3rKWwv1VCAXzbGMu5inMGYMG6bu0BBYWTcbvrTsek",
}


def publish_person(
    db: sqlite3.Connection, operator_id: str, role: str, pin: str, *, starting: bool = False
) -> None:
    """An operator with a PIN of ``MADE``, as head office would publish both."""
    name = operator_id.title()
    db.execute("INSERT OR REPLACE INTO operator VALUES (?, ?, ?, 1)", (operator_id, name, role))
    credential = (operator_id, MADE[pin], starting, 1_000)
    db.execute("INSERT OR REPLACE INTO credential VALUES (?, ?, ?, ?)", credential)
