"""Without the optional libraries, the other commands work, and `replay` says what to install."""

import os
import re
import subprocess
import sys
from pathlib import Path

CODE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from ostiary.cli import main
main(sys.argv[2:])
"""


def run(*arguments, without="numpy,pyarrow,msgspec,isal"):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", CODE, without, *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_other_commands():
    assert run("decide", "--help").returncode == 0
    listed = run("--help")
    assert "  replay " in listed.stdout


def test_replay_says_what_to_install():
    for arguments in (["replay", "logs", "--scp", "x.json"], ["replay", "--help"]):
        ended = run(*arguments)
        assert ended.returncode == 2
        assert "needs numpy, which is not installed: pip install 'ostiary[replay]'" in ended.stderr + ended.stdout
        assert "Traceback" not in ended.stderr


def test_replay_without_what_makes_it_fast():
    logs = Path(__file__).parents[3] / "examples"
    arguments = (
        "replay",
        str(logs / "logs"),
        "--scp",
        str(logs / "policies" / "scp-region-guard.json"),
        "--format",
        "json",
    )
    slow, fast = run(*arguments, without="pyarrow,msgspec,isal"), run(*arguments, without="none")
    assert slow.returncode == fast.returncode == 0, slow.stderr
    seconds = re.compile(r'"(?:seconds|events_per_second)": [\d.]+')
    assert seconds.sub("", slow.stdout) == seconds.sub("", fast.stdout)
