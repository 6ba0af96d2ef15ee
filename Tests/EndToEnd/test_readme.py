"""The README's first steps, as they are typed, by an ordinary user."""

import os
import pathlib
import subprocess
import tempfile

from harness import paths
from harness.case import ServerCase, on_roostd
from harness.waiting import eventually

README = (paths.PROJECT / "README.md").read_text()


def steps():
    """The commands of the first steps, each with what it is said to print."""
    section = README.split("## First steps\n")[1].split("\n## ")[0]
    lines = [line[4:] for line in section.split("\n") if line.startswith("    ") or not line]
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line:
            found[-1][1].append(line.rstrip())
    return found


@on_roostd
class FirstSteps(ServerCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="roost-test-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        os.chown(self.home, 65534, 65534)
        # The project may stand where that user may not look.
        self.programs, self.examples = self.home / "programs", self.home / "Examples"
        self.programs.mkdir()
        for program in ("roost", "roostd", "roost-launch", "roost-leases"):
            subprocess.run(["cp", paths.PROGRAMS / program, self.programs], check=True)
        subprocess.run(["cp", "-r", paths.PROJECT / "Examples", self.examples], check=True)
        self.environment = {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home), "LC_ALL": "C.UTF-8",
                            "PATH": f"{self.programs}:{os.environ['PATH']}"}

    def words(self, command):
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", "sh", "-c", command]

    def run_step(self, command):
        return subprocess.run(self.words(command), cwd=self.home, env=self.environment, capture_output=True, text=True,
                              timeout=60, check=False)

    def test_they_work_as_typed(self):
        ran = 0
        for command, output in steps():
            if command.startswith(("make ", "export PATH=")):
                continue
            if command.endswith("&"):
                daemon = subprocess.Popen(
                    self.words("exec " + command.removesuffix("&")), cwd=self.home, env=self.environment,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.addCleanup(daemon.wait)
                self.addCleanup(daemon.terminate)
                eventually(lambda: self.run_step("roost list").returncode == 0, "the daemon to answer")
                continue
            done = self.run_step(command)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            if output:
                self.assertEqual([line.rstrip() for line in done.stdout.splitlines() if line.strip()], output, command)
            ran += 1
        self.assertGreaterEqual(ran, 5)
