"""Form controls with the classes of the design and their help and errors linked for screen readers."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NUMERIC = (forms.DecimalField, forms.IntegerField)


def kind(field: BoundField) -> str:
    """check for one box, group for several, hidden, else input."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    return "input"


def described_by(field: BoundField, *, note: bool = False) -> str:
    """The ids of help, source note and error, in reading order."""
    base = field.auto_id or field.html_name
    parts = [("help", bool(field.help_text)), ("note", note), ("error", bool(field.errors))]
    return " ".join(f"{base}_{name}" for name, there in parts if there)


def control(field: BoundField, note: object = "") -> SafeString:
    """The control itself: input, select, box, or the list of boxes of a group."""
    shape = kind(field)
    if shape == "group":
        return format_html_join(
            "",
            '<label class="form-check">{}<span class="form-check-label">{}</span></label>',
            (
                (
                    SafeString(str(box.tag()).replace("<input ", '<input class="form-check-input" ', 1)),
                    box.choice_label,
                )
                for box in field.subwidgets
            ),
        )
    attrs: dict[str, Any] = {"class": _classes(field, shape)}
    described = described_by(field, note=bool(note))
    if described:
        attrs["aria-describedby"] = described
    if isinstance(field.field, NUMERIC) and not isinstance(field.field.widget, forms.Select):
        attrs.setdefault("autocomplete", "off")
        attrs["inputmode"] = "decimal" if isinstance(field.field, forms.DecimalField) else "numeric"
    return format_html("{}", field.as_widget(attrs=attrs))


def _classes(field: BoundField, shape: str) -> str:
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    if shape == "check":
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    else:
        base = "form-control"
    numeric = "num" if isinstance(field.field, NUMERIC) and base == "form-control" else ""
    invalid = "is-invalid" if field.errors else ""
    return " ".join(filter(None, [base, own, numeric, invalid]))
