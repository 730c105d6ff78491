"""The form of a contract letter. Nothing is required while drafting: the evaluation says what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField, MoneyField, NumberField
from accounts.form_rows import RowForm, Rows
from contracts.models import ContractLetter, ContractTemplate

BLANK: Final = ("", "—")
PERCENT: Final = Decimal(100)


@dataclass(frozen=True)
class Goods:
    """A product that the company sells; `price` and `basis` say what was approved for this customer."""

    code: str
    name_zh: str
    name_en: str
    brand: str
    spec: str
    unit: str
    price: str
    basis: str

    def name(self, language: str) -> str:
        """The name in the language of a contract."""
        if language == "bilingual":
            return f"{self.name_zh} / {self.name_en}"
        return self.name_en if language == "en" else self.name_zh


class LineForm(RowForm):
    """A product of the contract; what the catalogue knows is filled in. No price: the approved one."""

    needed = ("name", "unit", "quantity")
    name = forms.CharField(label=_("Goods"), max_length=200, required=False)
    spec = forms.CharField(label=_("Specification"), max_length=120, required=False)
    brand = forms.CharField(label=_("Brand"), max_length=80, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    quantity = NumberField(label=_("Quantity"), places=3)
    unit_price = NumberField(label=_("Other price than the approved one"), places=4)

    def __init__(self, goods: Mapping[str, Goods], language: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.goods, self.language = goods, language
        widget = forms.TextInput(attrs={"list": "goods", "autocomplete": "off"})
        self.fields["product"] = forms.CharField(label=_("Product"), max_length=40, required=False, widget=widget)
        self.order_fields(["product", "name", "spec", "brand", "unit", "quantity", "unit_price"])

    def clean(self) -> dict[str, Any]:
        """Name, unit and so on of a known product; nothing is not a quantity."""
        data = dict(super().clean() or {})
        known = self.goods.get(data.get("product") or "")
        if known is not None:
            usual = {"name": known.name(self.language), "spec": known.spec, "brand": known.brand, "unit": known.unit}
            data |= {name: value for name, value in usual.items() if not data.get(name)}
        elif data.get("product"):
            self.add_error("product", _now("There is no product with this code."))
        if data.get("quantity") == 0:
            self.add_error("quantity", _now("It must be more than zero."))
            data["quantity"] = None
        missing = [str(self.fields[name].label) for name in self.needed if data.get(name) in (None, "")]
        if missing and not self.errors:
            self.add_error(None, _now("Not kept before it says: %(missing)s") % {"missing": ", ".join(missing)})
        self.cleaned_data = data
        return data


class DeviationForm(RowForm):
    """A clause that shall say something else; an empty text leaves the clause out."""

    needed = ("code",)
    defaults = ("cap_removed",)
    proposed = forms.CharField(
        label=_("Proposed text"), required=False, max_length=8000, strip=True, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The whole text of the clause, one paragraph a line. Leave it empty to leave the clause out."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Why"), required=False, max_length=500)
    cap_removed = forms.BooleanField(label=_("It removes or raises a cap on liability"), required=False)

    def __init__(self, clauses: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"] = forms.ChoiceField(label=_("Clause"), choices=[BLANK, *clauses], required=False)
        self.order_fields(["code", "reason", "proposed", "cap_removed"])


DATES: Final = ("template", "annual_value", "valid_from", "valid_to", "sign_on", "sign_place", "copies", "auto_renew")
DELIVERY: Final = (
    *("quality_standard", "quality_annex", "storage", "delivery_address", "delivery_mode", "lead_days", "lot", "cycle"),
    *("freight_by", "risk_point", "acceptance_method", "acceptance_days", "receivers", "returns_cap"),
)
SETTLEMENT: Final = (
    *("payment", "term_days", "statement_day", "credit_limit"),
    *("discount", "with_rebate", "rebate_rate", "territory"),
)
BREACH: Final = ("late_rate", "delivery_rate", "notice_days", "price_notice_days", "dispute", "dispute_body")
SECTIONS: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (_("Contract"), DATES),
    (_("Goods"), ()),
    (_("Quality, delivery, acceptance"), DELIVERY),
    (_("Settlement, credit, rebate"), SETTLEMENT),
    (_("Who signs for the customer"), ("signer_name", "signer_legal_rep", "authority_no", "authority_valid_to")),
    (_("Breach, notice, disputes"), BREACH),
    (_("Security"), ("guarantee_type", "guarantee_value", "guarantee_provider", "guarantee_valid_to")),
    (_("Clauses that differ"), ("on_customer_paper", "reason")),
    (_("Visibility"), ("confidential",)),
)
LINES_AT, DEVIATIONS_AT = 1, 7


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person fills in; valid fields are in `cleaned_data` even when others are wrong.

    Args:
        goods: products by code, with the price that was approved.
        clauses: (code, title) of the clauses of the template.
        part: (template, context) -> a piece of the page, for the rows under a section.
    """

    annual_value = MoneyField(label=_("Value in a year"), required=False)
    credit_limit = MoneyField(label=_("Credit limit other than approved"), required=False)
    guarantee_value = MoneyField(label=_("Value of the security"), required=False)
    valid_from = DayField(label=_("First day"), required=False)
    valid_to = DayField(label=_("Last day"), required=False)
    sign_on = DayField(label=_("Planned day of signing"), required=False)
    authority_valid_to = DayField(label=_("Authority valid to (last day)"), required=False)
    guarantee_valid_to = DayField(label=_("Security valid to"), required=False)
    discount = NumberField(label=_("Discount other than approved (%)"), places=2, most=PERCENT)
    rebate_rate = NumberField(label=_("Rebate other than approved (%)"), places=2, most=PERCENT)
    returns_cap = NumberField(label=_("Returns at most (%)"), places=2, most=PERCENT)
    late_rate = NumberField(label=_("Late payment (‰ a day)"), places=2, most=PERCENT)
    delivery_rate = NumberField(label=_("Late delivery (‰ a day)"), places=2, most=PERCENT)

    class Meta:
        model = ContractLetter
        fields: ClassVar = [name for _title, names in SECTIONS for name in names]
        widgets: ClassVar = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(
        self,
        letter: ContractLetter,
        goods: Mapping[str, Goods],
        clauses: Sequence[tuple[str, str]],
        part: Callable[..., Any],
        data: Any = None,
    ) -> None:
        super().__init__(data, instance=letter)
        self.part, self.goods = part, goods
        for field in self.fields.values():
            field.required = False
        templates = ContractTemplate.objects.filter(unit=letter.customer.unit).order_by("code", "-language")
        self.fields["template"].queryset = templates  # type: ignore[attr-defined]
        self.fields["template"].label = _("Template")
        self.fields["term_days"].label = _("Payment term other than approved (days)")
        language = letter.template.language if letter.template else "zh-hans"
        lines = [_values(row) for row in letter.lines.all()]
        changed = [_values(row) for row in letter.deviations.all()]
        self.lines = Rows("lines", lambda d, i, p: LineForm(goods, language, d, initial=i, prefix=p), lines, data)
        self.changes = Rows("changes", lambda d, i, p: DeviationForm(clauses, d, initial=i, prefix=p), changed, data)

    @property
    def sections(self) -> list[Any]:
        """The fields in short sections, with the rows that belong to them."""
        found: list[Any] = [(title, self._bound(names)) for title, names in SECTIONS]
        goods = list(self.goods.values())
        lines = self.part("contracts/contract_lines.html", {"rows": self.lines, "goods": goods})
        changes = self.part("contracts/contract_changes.html", {"rows": self.changes})
        found[LINES_AT] = (*found[LINES_AT], lines)
        found[DEVIATIONS_AT] = (*found[DEVIATIONS_AT], changes)
        return found

    def _bound(self, names: Sequence[str]) -> list[BoundField]:
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        """What was left empty stays as it is usual; what is wrong in a row is said with its number."""
        data = dict(super().clean() or {})
        for name in ("payment", "dispute", "freight_by", "copies"):
            if data.get(name) in (None, ""):
                data.pop(name, None)
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _now("The last day must not be before the first."))
            data.pop("valid_to", None)
        for words, rows in ((_now("Line %(number)d"), self.lines), (_now("Clause %(number)d"), self.changes)):
            for number, wrong in rows.errors():
                self.add_error(None, f"{words % {'number': number}} · {wrong}")
        return data

    def deviations(self) -> list[dict[str, Any]]:
        """The clauses that shall differ, each once: the last one said counts."""
        return list({row["code"]: row for row in self.changes.values()}.values())


def _values(row: Any) -> dict[str, Any]:
    """The values of a stored row by field name."""
    return {field.name: getattr(row, field.name) for field in row._meta.fields if field.name not in ("id", "letter")}
