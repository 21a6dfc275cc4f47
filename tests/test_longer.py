"""The ordinary run and the longer one are all tests, each once; what is named runs."""

from tests.longer import HERE, LONGER, Run, is_longer, leaves_out, run_of


def test_each_file_of_tests_is_in_one_of_the_two_runs_and_named_in_any() -> None:
    files = sorted(HERE.rglob("test_*.py"))
    runs = [[run for run in Run if not leaves_out(run, file)] for file in files]
    assert all(len(one) == 2 and Run.NAMED in one for one in runs)
    assert {one for some in runs for one in some} == set(Run)


def test_what_is_left_out_of_the_ordinary_run_is_there() -> None:
    assert [name for name in LONGER if not (HERE / name).exists()] == []


def test_nothing_typed_is_the_ordinary_run_and_a_path_is_what_it_says() -> None:
    assert run_of(longer=False, named=False) is Run.ORDINARY
    assert run_of(longer=True, named=False) is Run.LONGER
    assert {run_of(longer=longer, named=True) for longer in (False, True)} == {Run.NAMED}


def test_a_folder_is_named_with_all_that_is_in_it_and_nothing_beside_it() -> None:
    assert is_longer(HERE / "browser" / "test_any.py")
    assert not is_longer(HERE / "browser_tests.py")
    assert not leaves_out(Run.LONGER, HERE.parent / "conftest.py")
