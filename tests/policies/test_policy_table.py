"""`manage.py policy_table`: a table out as DMN and in again as a draft, on the record, or a sentence that says why not."""

import json
import re
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules.dmn_tables import NAMESPACE
from tests.default_policy import default_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(db):
    return default_policy(date(2026, 1, 1))


def test_an_import_is_in_the_trail_and_takes_the_table_of_that_name(first, tmp_path, capsys):
    files = [export_of("CL", capsys), export_of("TE", capsys)]
    parts = [part for data in files for part in re.findall(r"<decision .*?</decision>", data, re.S)]
    file = tmp_path / "both.dmn"
    file.write_text(f"<definitions xmlns='{NAMESPACE}'>{''.join(parts)}</definitions>".replace("300000", "250000"))
    call_command("policy_table", "import", "CL", str(file), "--from", "2026-09-01", "--note", "lower")
    assert "250000" in str(content(PolicyVersion.objects.get(number=2)))
    started = Event.objects.get(action="policy.draft_started", object_id="2")
    assert json.loads(started.body)["reason"] == "lower"
    assert started.actor_id is None


def export_of(code, capsys):
    call_command("policy_table", "export", code)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "CL", "{}/none.dmn", "--from", "2026-09-01"], "cannot be read"),
        (["import", "CL", "{}", "--from", "2026-09-01"], "cannot be read"),
        (["import", "CL", "{}/te.dmn", "--from", "2026-09-01"], "CL has no column"),
        (["import", "CL", "{}/te.dmn"], "needs a file and --from"),
        (["export", "CL", "--policy", "99"], "no policy version 99"),
        (["export", "XX"], "No table XX"),
    ],
)
def test_the_command_refuses_with_a_sentence(first, tmp_path, capsys, arguments, message):
    (tmp_path / "te.dmn").write_text(export_of("TE", capsys))
    with pytest.raises(CommandError, match=message):
        call_command("policy_table", *(each.format(tmp_path) for each in arguments))
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize("text", [r"\u0000", "x" * 3000], ids=["a character that cannot be stored", "too long"])
def test_the_command_refuses_what_the_page_refuses(first, tmp_path, capsys, text):
    file = tmp_path / "cl.dmn"
    file.write_text(export_of("CL", capsys).replace('"CL-2-formula"', f'"{text}"', 1))
    with pytest.raises(CommandError, match=r"These rows cannot be kept.*CL "):
        call_command("policy_table", "import", "CL", str(file), "--from", "2026-09-01")
    assert PolicyVersion.objects.count() == 1
