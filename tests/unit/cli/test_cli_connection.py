"""Where the command finds Muster."""

from pathlib import Path

import pytest

from muster.cli.connection import find_connection, read_local
from muster.cli.exits import CommandError, Exit


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "local.env"
    path.write_text(text)
    return path


def test_the_environment_comes_first(tmp_path: Path) -> None:
    """Both variables set need no file, and beat one that is there."""
    write(tmp_path / ".muster", "MUSTER_URL=http://127.0.0.1:1\nMUSTER_TOKEN=mst_local\n")
    given = {"MUSTER_URL": "https://muster.example/", "MUSTER_TOKEN": "mst_env"}

    found = find_connection(given, tmp_path)

    assert (found.url, found.token) == ("https://muster.example", "mst_env")


def test_the_local_stack_is_found_from_a_folder_below(tmp_path: Path) -> None:
    """The nearest .muster/local.env upwards counts."""
    write(tmp_path / ".muster", "export MUSTER_URL='http://127.0.0.1:8321'\nMUSTER_TOKEN=mst_1\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    found = find_connection({}, below)

    assert (found.url, found.token) == ("http://127.0.0.1:8321", "mst_1")


def test_muster_home_is_honoured(tmp_path: Path) -> None:
    """MUSTER_HOME is the folder that holds local.env."""
    write(tmp_path / "elsewhere", "MUSTER_URL=http://127.0.0.1:9\nMUSTER_TOKEN=mst_2\n")

    found = find_connection({"MUSTER_HOME": str(tmp_path / "elsewhere")}, tmp_path)

    assert found.token == "mst_2"


def test_a_local_token_is_never_sent_elsewhere(tmp_path: Path) -> None:
    """MUSTER_URL alone takes the local token only when it is the local stack's address."""
    write(tmp_path / ".muster", "MUSTER_URL=http://127.0.0.1:8321\nMUSTER_TOKEN=mst_local\n")

    with pytest.raises(CommandError, match="Set MUSTER_TOKEN"):
        find_connection({"MUSTER_URL": "https://elsewhere.example"}, tmp_path)
    same = find_connection({"MUSTER_URL": "http://127.0.0.1:8321/"}, tmp_path)

    assert same.token == "mst_local"


def test_nothing_configured_says_what_to_do(tmp_path: Path) -> None:
    """Without either, the message names the variables and the local stack."""
    with pytest.raises(CommandError, match=r"MUSTER_URL.*make run") as caught:
        find_connection({}, tmp_path)

    assert caught.value.code is Exit.USAGE


def test_an_address_without_a_scheme_is_refused(tmp_path: Path) -> None:
    """A host name alone is no address."""
    with pytest.raises(CommandError, match="no http"):
        find_connection({"MUSTER_URL": "muster.example", "MUSTER_TOKEN": "t"}, tmp_path)


def test_a_file_reads_as_a_shell_reads_it(tmp_path: Path) -> None:
    """Comments, export, quotes and several words are the shell's."""
    path = write(tmp_path, "# a note\nexport A=1 B='two words'\nC=\"x#y\"  # end\n\nnonsense\n")

    assert read_local(path) == {"A": "1", "B": "two words", "C": "x#y"}
