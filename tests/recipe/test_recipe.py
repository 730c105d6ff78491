"""`docs/adding-a-request-kind.md` is followed to the letter: its blocks make a fifth kind in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.testing import ROOT
from config.testing_database import TEMPLATE_PREFIX, fingerprint, maintenance

RECIPE = ROOT / "docs" / "adding-a-request-kind.md"
STEP = re.compile(
    r"^\*\*(?P<verb>New file|In)\*\* `(?P<path>[^`]+)`(?: \*\*below\*\* `(?P<anchor>[^`]+)`)?\n```\w*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# What the recipe writes into; everything else of the copy is a link to the project.
WRITTEN = ("config", "docs", "policies", "templates", "tests", "workflows")
LEFT_OUT = {".git", ".venv", ".cache", "node_modules", "var"}


@dataclass(frozen=True)
class Step:
    """A block of the recipe: a new file, or lines below a line that is there."""

    path: str
    text: str
    anchor: str | None

    def follow(self, project: Path) -> None:
        """Do what the block says; the line has to be there exactly once."""
        file = project / self.path
        if self.anchor is None:
            assert not file.exists(), f"{self.path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.text, encoding="utf-8")
            return
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        places = [number for number, line in enumerate(lines) if line.rstrip("\n") == self.anchor]
        assert len(places) == 1, f"{self.path} has {len(places)} lines {self.anchor!r}"
        lines.insert(places[0] + 1, self.text)
        file.write_text("".join(lines), encoding="utf-8")


def steps() -> list[Step]:
    found = STEP.finditer(RECIPE.read_text(encoding="utf-8"))
    return [Step(each["path"], each["text"], each["anchor"]) for each in found]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with the recipe followed, as far as it writes files."""
    for entry in ROOT.iterdir():
        if entry.name in WRITTEN:
            shutil.copytree(entry, tmp_path / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif entry.is_file():  # Python looks for modules beside the file that a link leads to
            shutil.copy(entry, tmp_path / entry.name)
        elif entry.name not in LEFT_OUT:
            (tmp_path / entry.name).symlink_to(entry)
    for step in steps():
        step.follow(tmp_path)
    return tmp_path


def run(project: Path, *command: str, **environment: str) -> str:
    """Run a Python command in the copy; what it says is what the test says when it fails."""
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(project), **environment}
    done = subprocess.run(
        [sys.executable, *command], cwd=project, env=settings, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_every_block_of_the_recipe_is_understood() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert len(steps()) == len(re.findall(r"^```(?!sh$)\w+$", text, re.MULTILINE)) > 12
    flow = next(step.text for step in steps() if step.path.startswith("workflows/flows/"))
    assert len(flow.splitlines()) <= 40


def database(name: str) -> str:
    """The address of another database of the server that the tests use."""
    server, mark, options = os.environ["DATABASE_URL"].partition("?")
    return f"{server.rpartition('/')[0]}/{name}{mark}{options}"


# Makes the migration and the copy's own test template: ours, which is migrated, with the new table on top.
PREPARE = """
import importlib, sys, django
django.setup()
from django.core.management import call_command
from config import testing_database as databases
call_command("makemigrations", "samples", verbosity=0)
importlib.invalidate_caches()
template = databases.TEMPLATE_PREFIX + databases.fingerprint()
databases.clone(sys.argv[1], template)
with databases._connected_to(template):
    call_command("migrate", verbosity=0)
print(template)
"""


@pytest.mark.django_db
def test_a_newcomer_who_follows_the_recipe_has_a_kind_that_works(project: Path) -> None:
    ours = TEMPLATE_PREFIX + fingerprint()
    template = run(project, "-c", PREPARE, ours, DJANGO_SETTINGS_MODULE="config.settings").split()[-1]
    assert (project / "samples" / "migrations" / "0001_initial.py").exists()
    try:
        tests = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/samples")
        said = run(project, *tests, DATABASE_URL=database("recipe"), COUNTERSIGN_TEST_EMBEDDED="")
    finally:
        with maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)')
    assert "1 passed" in said
