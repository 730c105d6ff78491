"""Modules stay small enough to be read in one go, flows on one screen."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "audit", "bench", "config", "contracts", "credit", "customers", "jobs", "policies", "pricing",
            "tests", "workflows")  # fmt: skip
LONGEST_MODULE = 300
LONGEST_FLOW = 40


def longer_than(limit: int, folder: Path) -> dict[str, int]:
    """Python files below a folder, migrations aside, that have more lines."""
    files = (path for path in folder.rglob("*.py") if "migrations" not in path.parts)
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    return {name: count for name, count in lines.items() if count > limit}


def test_every_package_is_looked_at() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found - {"templates", "static"} <= set(PACKAGES)


def test_no_module_has_more_than_300_lines() -> None:
    assert {
        name: count for package in PACKAGES for name, count in longer_than(LONGEST_MODULE, ROOT / package).items()
    } == {}


def test_every_flow_fits_on_a_screen() -> None:
    assert longer_than(LONGEST_FLOW, ROOT / "workflows" / "flows") == {}
