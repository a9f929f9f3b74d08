"""A disk that is full or may not be written to: a message, exit 1 or 2, and nothing lost."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = "a file system of our own is needed, and this machine mounts none for us: "


@pytest.fixture(scope="module")
def own_disk() -> list[str]:
    """The words that start a process in which file systems may be mounted that nobody else sees."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip(NEEDED + "there is no unshare")
    words = [unshare, "--map-root-user", "--mount"]
    tried = subprocess.run(
        [*words, "sh", "-c", "mount -t tmpfs -o size=1m none /mnt"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0:
        pytest.skip(NEEDED + tried.stderr.strip())
    return words


SCRIPT = """
import contextlib, hashlib, io, json, subprocess
from pathlib import Path

from sim.cli import main
from sim.view import drawing

place = Path("{place}")
out = place / "run"
told = []


def mount(options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], check=True)


def unmount():
    subprocess.run(["umount", str(place)], check=True)


class Nobody(contextlib.nullcontext):
    def draw(self, summary, paths):  # the drawing engine takes seconds to load, and has tests of its own
        for path in paths:
            path.write_text("chart")
        return list(paths)

    def __enter__(self):
        return self


drawing.Draughtsman = Nobody


def article4(what, *words):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = main([*words])
        except BaseException as error:
            code = f"traceback: {{error!r}}"
    told.append({{"what": what, "code": code, "said": said.getvalue(), "parts": digests()}})
    return code


def digests():
    return {{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.glob("parts/[!.]*")}}


ASKED = ("run", "member", "--trials", "8292", "--set", "horizon=1", "--quiet", "--jobs", "1", "--out", str(out))
"""


def in_its_own_disk(own_disk: list[str], tmp_path: Path, text: str) -> list[dict[str, Any]]:
    """Run a script there; return what it told of each command."""
    (tmp_path / "place").mkdir()
    script = SCRIPT.format(place=tmp_path / "place") + text + "\nprint(json.dumps(told))\n"
    done = subprocess.run(
        [*own_disk, sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for one in found:
        assert one["code"] in {0, 1, 2}, one
        assert "Traceback" not in one["said"]
    return found


FULL = """
mount("size=16m")
article4("calm", *ASKED)
unmount()
for options in {disks}:
    mount(options)
    article4(options, *ASKED)
    if out.exists():
        article4("verify", "verify", str(out))
    subprocess.run(["mount", "-o", "remount,size=16m,nr_inodes=0", str(place)], check=True)
    article4("again", *ASKED)
    article4("verify", "verify", str(out))
    unmount()
"""


@pytest.mark.slow
def test_a_full_disk_ends_with_a_message_and_room_made_the_run_goes_on(own_disk: list[str], tmp_path: Path) -> None:
    """Disks of every size from one on which not even the manifest fits to one on which only the charts do not."""
    sizes = [f"size={size}k" for size in (4, 72, 76, 120, 124, 160, 172, 176, 180, 260, 600)]
    inodes = [f"nr_inodes={count}" for count in (3, 4, 5, 6, 7, 9, 11)]
    told = in_its_own_disk(own_disk, tmp_path, FULL.format(disks=sizes + inodes))
    calm = told[0]["parts"]
    assert len(calm) == 6
    asked = [one for one in told if one["what"] in {*sizes, *inodes}]
    for one in asked:
        if one["code"]:
            assert "No space left on device" in one["said"] or "not enough space" in one["said"].lower(), one
        assert one["parts"].items() <= calm.items()
    assert {one["code"] for one in asked} == {0, 1, 2}
    assert len({len(one["parts"]) for one in asked}) >= 3
    for one in told:
        if one["what"] == "again":
            assert (one["code"], one["parts"]) == (0, calm)
    for before, after in itertools.pairwise(told):
        if (before["what"], after["what"]) == ("again", "verify"):
            assert after["code"] == 0, after


READ_ONLY = """
mount("size=16m")
(place / "empty").mkdir()
article4("calm", *ASKED)
(out / "chart.png").unlink(); (out / "chart.svg").unlink()
subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
article4("verify", "verify", str(out))
article4("same", *ASKED)
article4("more", *ASKED, "--trials", "9000")
article4("new", *ASKED[:-1], str(place / "new"))
article4("empty", *ASKED[:-1], str(place / "empty"))
subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
article4("at last", *ASKED)
"""


def test_a_directory_that_may_only_be_read(own_disk: list[str], tmp_path: Path) -> None:
    told = {one["what"]: one for one in in_its_own_disk(own_disk, tmp_path, READ_ONLY)}
    codes = {what: one["code"] for what, one in told.items()}
    assert codes == {"calm": 0, "verify": 0, "same": 1, "more": 2, "new": 2, "empty": 2, "at last": 0}
    for what in ("same", "more", "new", "empty"):
        assert "Read-only file system" in told[what]["said"], told[what]
        assert told[what]["parts"] == told["calm"]["parts"]
    assert told["at last"]["parts"] == told["calm"]["parts"]
