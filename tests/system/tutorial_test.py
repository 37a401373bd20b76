"""docs/tutorial.md does what it says, command by command, and a page that lies is found out."""

import subprocess

import pytest
from home import BIN, REPOSITORY
from tutorial import Tutorial, fits

PAGE = "docs/tutorial.md"


@pytest.fixture
def reader(app):
    """Somebody with an empty directory called hello, who types everything that the page shows."""
    directory = app.home.path / "hello"
    directory.mkdir()
    yield Tutorial(PAGE, directory, app.home)
    if app.home.processes:
        subprocess.run([BIN / "ctl", "-a", "hello", "shutdown"], env=app.home.environment,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)


def test_every_command_shows_what_the_page_says(reader):
    reader.go_through((REPOSITORY / PAGE).read_text())


@pytest.mark.parametrize("lie", [
    "$ echo one two\none three",          # another word
    "$ echo one; echo two\none",          # a line more than the page has
    "$ echo one\none\ntwo",               # a line less
    "$ echo one; false\none",             # does not succeed
    "$ echo for 3d of one\nfor 3s of one",
])
def test_a_page_that_lies_is_found_out(reader, lie):
    with pytest.raises(AssertionError, match=rf"^{PAGE}:4: \$ echo"):
        reader.go_through(f"# A page\n\n```console\n{lie}\n```\n")


def test_what_is_left_out_and_what_differs_each_time_is_no_lie(reader):
    page = ("```a/file.txt\nin it\n```\n"
            "```console\n$ cat a/file.txt; echo 10:14:40 pid 7; seq 5\nin it\n11:12:13 pid 99\n1\n"
            "...\n5\n```\n```console fails\n$ test -f nowhere\n```\n")
    reader.go_through(page)
    assert not fits(["...", "5"], ["1", "5", "6"])
    assert fits(["a...d"], ["abcd"]) and not fits(["a...d"], ["abc"])
