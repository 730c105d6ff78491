"""Tags and components: every state in words, hostile names harmless, errors linked to their fields."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation
from lxml import etree, html

from accounts.templatetags import states, ui

HOSTILE = '</title></text><script>alert("x")</script>\' onload=x'
ROOT = Path(settings.BASE_DIR)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in states.KINDS for state in states.KINDS[kind]])
def test_every_state_has_a_word_and_an_icon_beside_its_colour(kind: str, state: str) -> None:
    badge = html.fromstring(ui.badge(state, kind))
    assert badge.text_content().strip()
    assert badge.find("svg") is not None


def test_every_icon_of_the_states_and_templates_exists() -> None:
    used = {look.icon for looks in states.KINDS.values() for look in looks.values()}
    for template in (ROOT / "templates").rglob("*.html"):
        for part in template.read_text().split('{% icon "')[1:]:
            used.add(part.split('"')[0])
    assert [name for name in sorted(used) if not (ROOT / "static/icons" / f"{name}.svg").is_file()] == []


def test_an_unknown_state_is_shown_and_escaped_instead_of_failing() -> None:
    assert "<script" not in ui.badge(HOSTILE)


def test_an_icon_name_cannot_leave_the_icon_folder() -> None:
    assert ui.icon("../../pyproject") == ui.icon("point")


CHARTS = [
    "{% exposure_bar rows 100 name proposed=150 %}",
    "{% score_bars rows %}",
    "{% month_bars months label=name unit=name lines=rows %}",
    "{% ageing rows name %}",
]


@pytest.mark.parametrize("source", CHARTS)
def test_hostile_names_in_charts_stay_text(source: str) -> None:
    rows = [{"label": HOSTILE, "amount": "120", "score": "55", "value": "80"}]
    months = [{"month": HOSTILE, "value": "5"}]
    drawn = html.fragment_fromstring(render(source, rows=rows, months=months, name=HOSTILE), create_parent="div")
    assert drawn.findall(".//script") == []
    assert all(not name.startswith("on") for element in drawn.iter() for name in element.attrib)


@pytest.mark.parametrize("source", CHARTS)
def test_charts_have_a_name_and_no_inline_style(source: str) -> None:
    rows = [{"label": "A", "amount": "120", "score": "55", "value": "80"}]
    drawn = render(source, rows=rows, months=[{"month": "2026-01", "value": None}], name="CNY")
    pictures = html.fragment_fromstring(drawn, create_parent="div").findall(".//svg[@role='img']")
    assert pictures
    for picture in pictures:
        assert picture.findtext("title")
        etree.fromstring(etree.tostring(picture))
    assert "style=" not in drawn


@pytest.mark.parametrize("source", CHARTS)
def test_charts_without_data_do_not_fail(source: str) -> None:
    assert render(source, rows=[], months=[], name="")


def test_exposure_over_the_line_says_by_how_much() -> None:
    drawn = render("{% exposure_bar rows line 'CNY' %}", rows=[{"label": "A", "amount": "1240000"}], line=10**6)
    assert "over the line by 240,000" in drawn


def test_no_line_and_a_line_of_zero_are_told_apart() -> None:
    rows = [{"label": "A", "amount": "5"}]
    assert "no line set" in render("{% exposure_bar rows None 'CNY' %}", rows=rows)
    assert "over the line by 5" in render("{% exposure_bar rows 0 'CNY' %}", rows=rows)


def test_a_figure_opens_its_formula_and_operands() -> None:
    derivation = {
        "formula": "a × b", "operands": [{"label_zh": "甲", "label_en": "Alpha", "value": Decimal("1240000.50")}],
        "source": "feed", "as_of": "2026-11-20",
    }  # fmt: skip
    shown = render("{% figure 'Limit' '5' d %}", d=derivation)
    for text in ("<details", "a × b", "Alpha", "1,240,000.50", "2026-11-20"):
        assert text in shown


def test_a_figure_escapes_names_and_values() -> None:
    shown = render("{% figure n n d %}", n=HOSTILE, d={"formula": HOSTILE, "operands": {HOSTILE: HOSTILE}})
    assert "<script" not in shown


def test_the_path_names_people_reasons_and_the_open_step() -> None:
    steps = [
        {"role": "Sales manager", "state": "approved", "decided_by": HOSTILE, "stage": 1},
        {"role": "CFO", "state": "open", "people": ["Sun Tao"], "reasons": [{"zh": "超限", "en": "over the limit"}],
         "due": timezone.now() + timedelta(hours=1), "due_hours": 1, "stage": 2},
    ]  # fmt: skip
    shown = render("{% include 'components/path.html' %}", steps=steps)
    assert "Sun Tao" in shown
    assert "over the limit" in shown
    assert "in 1 working hour (" in shown
    assert shown.count('aria-current="step"') == 1
    assert "<script" not in shown


def test_a_deadline_that_has_passed_is_late_in_words() -> None:
    assert "late since" in ui.due(timezone.now() - timedelta(minutes=5))


class LimitForm(forms.Form):
    limit = forms.DecimalField(label="Limit", help_text="In CNY")
    security = forms.ChoiceField(label="Security", choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed")


def test_each_field_error_is_linked_to_its_control_and_from_the_summary() -> None:
    form = LimitForm({"limit": "x"})
    page = html.fromstring(
        "<div>" + render("{% include 'components/form_errors.html' %}{% fields form %}", form=form) + "</div>"
    )
    control = page.get_element_by_id("id_limit")
    described = control.get("aria-describedby").split()
    assert described == ["id_limit_help", "id_limit_error"]
    assert all(page.get_element_by_id(one) is not None for one in described)
    assert control.get("aria-invalid") == "true"
    targets = [link.get("href").removeprefix("#") for link in page.findall(".//li/a")]
    assert len(targets) == 3
    assert all(page.get_element_by_id(target) is not None for target in targets)


def test_every_control_has_a_label() -> None:
    page = html.fromstring(f"<div>{render('{% fields form %}', form=LimitForm())}</div>")
    assert page.find(".//label[@for='id_limit']") is not None
    assert page.find(".//label[@for='id_agreed']") is not None
    assert page.findtext(".//fieldset/legend").strip().startswith("Security")


def test_each_rendering_of_a_form_has_its_own_idempotency_key() -> None:
    assert ui.idempotency_key() != ui.idempotency_key()


def test_no_template_brings_inline_script_or_style() -> None:
    bad = []
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        if "emails" in template.parts:
            continue
        if " style=" in text or "<style" in text or "<script>" in text or " onclick=" in text or "hx-on" in text:
            bad.append(template.name)
    assert bad == []
