"""The template of the test databases: every process of a run must take the same one."""

import subprocess

import pytest

from config.testing import ROOT
from config.testing_database import shaping_files


def test_nothing_that_a_run_makes_itself_shapes_the_template() -> None:
    """A process that begins later would else make another one and drop the template of those that run."""
    if not (ROOT / ".git").exists():
        pytest.skip("Only version control tells what belongs to the source.")
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    assert set(shaping_files()) <= set(listed.stdout.splitlines())
