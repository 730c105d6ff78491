"""`docs/adding-a-request-kind.md` is followed to the letter: its blocks make a fifth kind in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.testing import ROOT
from config.testing_database import TEMPLATE_PREFIX, clone, fingerprint, maintenance

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


@contextmanager
def prepared(project: Path) -> Iterator[str]:
    """A database for the copy's own tests: our migrated template with the new app's table on top."""
    said = run(project, "-c", "from config.testing_database import *; import django; django.setup(); print(fingerprint())",
               DJANGO_SETTINGS_MODULE="config.settings")  # fmt: skip
    template = TEMPLATE_PREFIX + said.split()[-1]
    clone(TEMPLATE_PREFIX + fingerprint(), template)
    try:
        run(project, "manage.py", "migrate", "-v0", DATABASE_URL=database(template))
        yield database("recipe")
    finally:
        with maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)')


@pytest.mark.django_db
def test_a_newcomer_who_follows_the_recipe_has_a_kind_that_works(project: Path) -> None:
    run(project, "manage.py", "makemigrations", "samples")
    assert (project / "samples" / "migrations" / "0001_initial.py").exists()
    with prepared(project) as url:
        said = run(
            project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/samples", DATABASE_URL=url,
            COUNTERSIGN_TEST_EMBEDDED="",
        )  # fmt: skip
    assert "1 passed" in said
