"""The mirror's files: several processes, power cuts in the middle, full disks, erased keys."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from central.db.mirror_files import MirrorBroken, MirrorFiles, SealedKey
from central.domain.mirror import NONE_YET, Entry, Link, Verdict

ENTRY = Entry(bytes(32), own=(("company", "{}"),))


def append(files: MirrorFiles, at: Link, count: int = 1) -> Link:
    for _ in range(count):
        at = files.append(at.number + 1, at.hash, ENTRY)
        files.confirm(at)
        at = at._replace(confirmed=True)
    return at


def test_what_one_process_wrote_another_reads(tmp_path: Path) -> None:
    one, other = MirrorFiles(tmp_path), MirrorFiles(tmp_path)
    last = append(other, append(one, append(one, NONE_YET)), 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0001.mirror", "0002.mirror"]
    for files in (one, other, MirrorFiles(tmp_path)):
        assert files.verdict(last) is Verdict.SAME
        assert [link.number for link in sorted(files.links())] == [1, 2, 3, 4]
        assert files.read(last) == ENTRY


def test_a_file_that_a_process_left_is_gone_on_with(tmp_path: Path) -> None:
    first = MirrorFiles(tmp_path)
    last = append(first, NONE_YET)
    first.close()
    append(MirrorFiles(tmp_path), last)
    assert [path.name for path in tmp_path.iterdir()] == ["0001.mirror"]


@pytest.mark.parametrize("cut", [1, 40, 76, 77, 78, 90])
def test_half_an_entry_at_the_end_is_none_and_the_next_process_takes_it_away(
    tmp_path: Path, cut: int
) -> None:
    files = MirrorFiles(tmp_path)
    last = append(files, NONE_YET)
    whole = (tmp_path / "0001.mirror").stat().st_size
    append(files, last)
    files.close()
    with (tmp_path / "0001.mirror").open("r+b") as opened:
        opened.truncate(whole + cut)
    again = MirrorFiles(tmp_path)
    assert [link.number for link in again.links()] == [1]
    assert append(again, last).number == 2
    assert [link.number for link in sorted(MirrorFiles(tmp_path).links())] == [1, 2]


def test_room_without_content_at_the_end_is_no_entry(tmp_path: Path) -> None:
    files = MirrorFiles(tmp_path)
    last = append(files, NONE_YET)
    whole = (tmp_path / "0001.mirror").stat().st_size
    append(files, last)
    files.close()
    content = (tmp_path / "0001.mirror").read_bytes()
    zeros = content[: whole + 77] + bytes(len(content) - whole - 77)
    (tmp_path / "0001.mirror").write_bytes(zeros)
    assert [link.number for link in MirrorFiles(tmp_path).links()] == [1]


def test_an_entry_that_was_changed_is_not_taken(tmp_path: Path) -> None:
    files = MirrorFiles(tmp_path)
    first = append(files, NONE_YET)
    append(files, first)
    content = bytearray((tmp_path / "0001.mirror").read_bytes())
    content[80] ^= 1
    (tmp_path / "0001.mirror").write_bytes(content)
    with pytest.raises(MirrorBroken, match=r"entry 1 .* was changed"):
        MirrorFiles(tmp_path).read(first)


def test_a_folder_that_is_away_says_so(tmp_path: Path) -> None:
    files = MirrorFiles(tmp_path / "gone")
    for use in (files.links, lambda: append(files, NONE_YET), lambda: list(files.kept_keys())):
        with pytest.raises(MirrorBroken, match="there is no such folder"):
            use()


def test_a_key_that_is_forgotten_is_in_no_file_any_more(tmp_path: Path) -> None:
    keys = [SealedKey(UUID(int=1), uuid4(), bytes([number]) * 60) for number in (1, 2, 3)]
    for files in (MirrorFiles(tmp_path), MirrorFiles(tmp_path)):
        append(files, NONE_YET)
        files.keep_keys(keys)
    files.forget_keys({(keys[1].company_id, keys[1].customer_id)})
    assert list(files.kept_keys()) == [keys[0], keys[2]] * 2
    written = b"".join(path.read_bytes() for path in tmp_path.glob("*.keys"))
    assert keys[1].sealed not in written
    assert keys[2].sealed in written
