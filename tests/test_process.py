"""No process of the program leaves its memory on a disk: neither a verb nor what it forks."""

import subprocess
import sys

WATCH = """
import os, sys
from protect.process import forbid_core_dumps, leaves_no_core
before = leaves_no_core()
forbid_core_dumps()
child = os.fork()
if child == 0:
    os._exit(0 if leaves_no_core() else 3)
inherited = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(before, leaves_no_core(), inherited, open("/proc/self/limits").read().split("Max core file size")[1].split()[0])
"""


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_neither_this_process_nor_the_workers_it_forks() -> None:
    assert run(WATCH).split() == ["False", "True", "True", "0"]


def test_every_verb_sees_to_it_before_anything_else() -> None:
    told = run(
        "from protect.cli import main\nimport protect.process\ntry:\n main(['doctor', '--data', '/nonexistent'])\nfinally:\n print(protect.process.leaves_no_core())"
    )
    assert told.strip() == "True"


def test_programs_still_start(tmp_path) -> None:
    code = "import subprocess, sys\nfrom protect.process import forbid_core_dumps\nforbid_core_dumps()\nprint(subprocess.run(['/bin/sh', '-c', 'ulimit -c'], capture_output=True, text=True, close_fds=True).stdout)"
    assert run(code).strip() == "0"


def test_a_server_sees_to_it_before_it_opens_a_secret(tmp_path) -> None:
    """The same call is made by whatever serves the application: gunicorn, a unit file, `protect serve`."""
    code = (
        "import sys\nfrom protect.app import create_app\nimport protect.app, protect.config, protect.process\n"
        "seen = []\nreal = protect.app.open_secrets\n"
        "def watched(*given):\n seen.append(protect.process.leaves_no_core())\n return real(*given)\n"
        "protect.app.open_secrets = watched\n"
        "try:\n create_app(sys.argv[1])\nexcept protect.config.ConfigurationRefused as refused:\n"
        " print(*seen, protect.process.leaves_no_core(), type(refused).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True", "SecretMissing"]
