"""Tables of a draft as DMN files, on the page and over REST: out, in again with what they would change, once."""

import base64
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from accounts.problems import Problem
from policies import table_files
from policies.models import PolicyVersion
from tests.api.client import Api, problem
from tests.policies.desk import Desk, Pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


def version(desk):
    return PolicyVersion.objects.get(number=desk.number)


def exported(desk, code="CL"):
    return table_files.export_dmn(version(desk), code)


def higher_bound(data):
    """CL-1 reaches up to 120,000 instead of 100,000."""
    changed = data.replace(b"<text>&lt;= 100000</text>", b"<text>&lt;= 120000</text>", 1)
    assert changed != data
    return changed


def token_of(page):
    return page.text.partition('name="token" value="')[2].partition('"')[0]


def test_the_change_of_a_dmn_file_is_shown_before_it_is_made_and_made_once(desk, client):
    pages = Pages(client, desk, desk.maker)
    file = SimpleUploadedFile("cl.dmn", higher_bound(exported(desk)))
    shown = pages.post("import/", {"file": file})
    assert shown.status_code == 200
    assert "120000" in shown.text
    assert desk.row("CL", "CL-1").cells["exposure_unsecured_group"] == "<= 100000"
    for _click in range(2):
        pages.post("import/apply/", {"token": token_of(shown), "idempotency_key": "one"})
    assert desk.row("CL", "CL-1").cells["exposure_unsecured_group"] == "<= 120000"
    assert version(desk).revision == 1


def test_everybody_exports_a_table_and_only_makers_import(desk, client):
    pages = Pages(client, desk, desk.company.rep)
    answer = pages.get("tables/CL/dmn/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    assert answer.content == exported(desk)
    assert pages.get("tables/NOT-THERE/dmn/").status_code == 404
    assert pages.post("import/", {"file": SimpleUploadedFile("cl.dmn", exported(desk))}).status_code == 403


MODEL = b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m" namespace="n">%s</definitions>'
BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + MODEL % b"<description>&b;</description>"


@pytest.mark.parametrize(
    ("change", "zh"),
    [
        (lambda data: data.replace(b'name="CL"', b'name="Credit"'), "没有名为 Credit 的表"),
        (lambda data: data.replace(b'hitPolicy="', b'aggregation="SUM" hitPolicy="'), "无法作为 DMN 1.3 采用"),
        (lambda data: data.replace(b'hitPolicy="UNIQUE"', b'hitPolicy="BEST"'), "无法作为 DMN 1.3 采用。"),
        (lambda data: data.replace(b"&lt;= 100000", b"about 5"), "无法作为 DMN 1.3 采用。"),
        (lambda data: data.replace(b"&lt;= 100000", b"not(5)"), "无法作为 DMN 1.3 采用。"),
        (lambda data: data.replace(b"grade", b"colour"), "无法作为 DMN 1.3 采用。"),
        (lambda data: data.replace(b'name="band"', b'name="Band"'), "无法作为 DMN 1.3 采用。"),
        (lambda data: MODEL % b"", "文件中没有决策表"),
        (lambda data: data[: len(data) // 2], "无法作为 DMN 1.3 采用"),
        (lambda data: BOMB, "无法作为 DMN 1.3 采用"),
        (lambda data: b"code;limit\nCL;1\n", "无法作为 DMN 1.3 采用"),
        (lambda data: b"", "无法作为 DMN 1.3 采用"),
        (lambda data: b" " * (table_files.LARGEST + 1), "文件超过"),
        (lambda data: data.replace(b'"CL-1"', b'"' + b"C" * 3000 + b'"'), "这些行无法保存"),
        (lambda data: data.replace(b'"CL-1"', b'"CL\\u0000"'), "这些行无法保存"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_in_both_languages(desk, change, zh):
    data = change(exported(desk))
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language), pytest.raises(Problem) as caught:
            table_files.read(data, version(desk))
        assert (caught.value.status, caught.value.code) == (422, "dmn")
        said.append(caught.value)
    english, chinese = said
    assert zh in chinese.title
    assert english.title != chinese.title
    for one, other in zip(english.errors, chinese.errors, strict=True):
        assert one["message"].isascii()
        assert re.search("[一-鿿]", other["message"])


@pytest.mark.parametrize("file_of", [
    lambda data, mark: data.replace(b'"CL-1"', mark),
    lambda data, mark: mark.join(data.rsplit(b'"CL-1"', 1)),
], ids=["code", "output"])  # fmt: skip
def test_an_escape_that_cannot_be_stored_is_refused_on_the_page_and_over_rest(desk, client, file_of):
    pages, api = Pages(client, desk, desk.maker), Api(desk.maker)
    for escape in (b"\\u0000", b"\\ud800", b"\\U00DFFF", b"\\u001b"):
        file = file_of(exported(desk), b'"A' + escape + b'"')
        assert pages.post("import/", {"file": SimpleUploadedFile("cl.dmn", file)}).status_code == 422, escape
        body = {"file": base64.b64encode(file).decode(), "apply": True}
        problem(api.post("/policies/2/workbook", body), 422, "dmn")
    assert version(desk).revision == 0


def test_a_table_goes_out_and_in_as_dmn_over_rest(desk):
    api = Api(desk.maker)
    data = api.get("/policies/2/tables/CL/dmn").content
    body = {"file": base64.b64encode(higher_bound(data)).decode(), "name": "cl.dmn"}
    looked = api.post("/policies/2/workbook", body).json()
    assert (looked["applied"], len(looked["items"]), looked["revision"]) == (False, 1, 0)
    assert api.post("/policies/2/workbook", body | {"apply": True}).json()["applied"] is True
    assert desk.row("CL", "CL-1").cells["exposure_unsecured_group"] == "<= 120000"
    broken = {"file": base64.b64encode(b"<x/>").decode()}
    problem(api.post("/policies/2/workbook", broken), 422, "dmn")
