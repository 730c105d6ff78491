"""The form of a special price request. Nothing is required while drafting: the evaluation says what is missing."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField, MoneyField, NumberField
from accounts.form_rows import RowForm, Rows
from customers.models import Paper
from customers.services.papers import papers_of
from pricing.choices import Basis, Consideration, Mode, Obtained, PriceReason, PromiseKind
from pricing.models import PriceList, Product, SpecialPrice
from pricing.services.special_prices import CODE

BLANK: Final = ("", "—")
OFFERED: Final = 300  # products that the browser proposes while one types


class ProductField(forms.CharField):
    """A product by its code; the browser proposes those of the price list."""

    def __init__(self, known: Mapping[str, Product], **options: Any) -> None:
        self.known = known
        widget = forms.TextInput(attrs={"list": "products", "autocomplete": "off"})
        super().__init__(label=_("Product"), required=False, max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Product | None:
        code = super().clean(value)
        if not code:
            return None
        if code not in self.known:
            raise forms.ValidationError(_now("There is no product with this code."))
        return self.known[code]

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Product) else value


class LineForm(RowForm):
    """A line: a product, how much, and a price or a discount."""

    needed = ("product",)
    quantity = NumberField(label=_("Quantity"), places=3)
    requested_price = NumberField(label=_("Net price per unit"), places=4)
    requested_discount = NumberField(label=_("or discount off list (%)"), places=4, most=Decimal(100))
    quantity_cap = NumberField(label=_("Quantity cap"), places=3)

    def __init__(self, known: Mapping[str, Product], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"] = ProductField(known)
        self.order_fields(["product"])

    def clean(self) -> dict[str, Any]:
        """Price and discount are two ways to ask for the same: the price counts. Nothing is not a quantity."""
        data = dict(super().clean() or {})
        if data.get("requested_price") is not None and data.get("requested_discount") is not None:
            self.add_error("requested_discount", _now("Write either a net price or a discount."))
            data["requested_discount"] = None
        for name in ("quantity", "quantity_cap"):
            if data.get(name) == 0:
                self.add_error(name, _now("It must be more than zero."))
                data.pop(name, None)
        self.cleaned_data = data
        return data


class ConsiderationForm(RowForm):
    """Something promised besides the price."""

    needed = ("kind", "expected")
    defaults = ("basis", "mode")
    kind = forms.ChoiceField(label=_("What"), choices=[BLANK, *PromiseKind.choices], required=False)
    mode = forms.ChoiceField(label=_("Measure"), choices=Mode.choices, required=False, initial=Mode.PERCENT)
    basis = forms.ChoiceField(label=_("Basis"), choices=Basis.choices, required=False, initial=Basis.NET)
    expected = NumberField(label=_("Expected"), places=4)
    best = NumberField(label=_("At best for the customer"), places=4)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """What is not said is the same as expected; a percentage has an end."""
        data = dict(super().clean() or {})
        data["mode"], data["basis"] = data.get("mode") or Mode.PERCENT, data.get("basis") or Basis.NET
        if data.get("best") is None:
            data["best"] = data.get("expected")
        if data["mode"] == Mode.PERCENT:
            for name in ("expected", "best"):
                if (data.get(name) or 0) > 100:
                    self.add_error(name, _now("At most %(most)s.") % {"most": 100})
                    data["expected"] = None  # the row is not kept
        self.cleaned_data = data
        return data


class EvidenceForm(RowForm):
    """A competitor's price: whose, for what, since when, from whom."""

    needed = ("product", "competitor", "price", "obtained_on", "how")
    defaults = ("currency",)
    competitor = forms.CharField(label=_("Competitor"), max_length=120, required=False)
    competitor_product = forms.CharField(label=_("Competitor's product"), max_length=200, required=False)
    price = NumberField(label=_("Price per stock unit"), places=4)
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False)
    terms = forms.CharField(label=_("Terms"), max_length=200, required=False)
    obtained_on = DayField(label=_("Obtained on"), required=False)
    how = forms.ChoiceField(label=_("How obtained"), choices=[BLANK, *Obtained.choices], required=False)
    corroboration = forms.CharField(label=_("Corroborated by"), max_length=200, required=False)
    valid_until = DayField(label=_("Valid until"), required=False)

    def __init__(
        self, known: Mapping[str, Product], papers: Mapping[str, Paper], currency: str, *args: Any, **options: Any
    ) -> None:
        self.papers, self.usual = papers, currency
        super().__init__(*args, **options)
        self.fields["product"] = ProductField(known)
        self.fields["currency"].initial = currency
        choices = [BLANK, *((key, paper.file_name) for key, paper in papers.items())]
        self.fields["paper"] = forms.ChoiceField(label=_("Paper"), choices=choices, required=False)
        self.order_fields(["product"])

    def clean(self) -> dict[str, Any]:
        """The paper as a row, the currency of the request unless another one is named; a price is above zero."""
        data = dict(super().clean() or {})
        data["paper"] = self.papers.get(data.get("paper") or "")
        data["currency"] = (data.get("currency") or self.usual).upper()
        if data.get("price") == 0:
            data["price"] = None
        missing = [str(self.fields[name].label) for name in self.needed if data.get(name) in (None, "")]
        if missing:
            self.add_error(None, _now("Not kept before it says: %(missing)s") % {"missing": ", ".join(missing)})
        self.cleaned_data = data
        return data


class SpecialPriceForm(forms.Form):
    """What a person fills in; valid fields are in `cleaned_data` even when others are wrong.

    Args:
        part: (template, context) -> a piece of the page, for the rows under a section.
    """

    price_list = forms.ModelChoiceField(
        PriceList.objects.none(), label=_("Price list"), required=False, to_field_name="code"
    )
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Valid to (last day)"), required=False)
    annual_expected = MoneyField(label=_("Expected sales a year"), required=False)
    annual_best = MoneyField(label=_("Sales a year at best"), required=False)
    reason_code = forms.ChoiceField(label=_("Main reason"), choices=[BLANK, *PriceReason.choices], required=False)
    reason_text = forms.CharField(
        label=_("Explanation of the reason"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    consideration = forms.ChoiceField(
        label=_("Was anything promised besides the price?"),
        choices=Consideration.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("You state this. A promise that is not listed is a breach of the policy."),
    )
    confidential = forms.BooleanField(
        label=_("Confidential: only the people who decide and the auditors may see it"), required=False
    )

    def __init__(self, letter: SpecialPrice, part: Callable[..., Any], data: Any = None) -> None:
        initial = {name: getattr(letter, name) for name in self.base_fields if name != "price_list"}
        initial["price_list"] = letter.price_list.code if letter.price_list else None
        super().__init__(data, initial=initial)
        self.part = part
        lists = PriceList.objects.filter(unit=letter.customer.unit, currency=letter.currency)
        self.fields["price_list"].queryset = lists  # type: ignore[attr-defined]
        self.products = list(Product.objects.filter(list_prices__price_list=letter.price_list_id)[:OFFERED])
        known = _Products(self.products)
        papers = {str(paper.pk): paper for paper in papers_of(CODE, letter.pk)}
        lines = letter.lines.select_related("product")
        evidence = letter.evidence.select_related("product")
        self.lines = Rows(
            "lines", lambda d, i, p: LineForm(known, d, initial=i, prefix=p), [_values(each) for each in lines], data
        )
        self.considerations = Rows(
            "considerations",
            lambda d, i, p: ConsiderationForm(d, initial=dict(i) if i else None, prefix=p),
            [_values(each) for each in letter.considerations.all()],
            data,
        )
        self.evidence = Rows(
            "evidence",
            lambda d, i, p: EvidenceForm(known, papers, letter.currency, d, initial=i, prefix=p),
            [{**_values(each), "paper": str(each.paper_id or "")} for each in evidence],
            data,
        )

    @property
    def sections(self) -> list[tuple[Any, list[BoundField], Any] | tuple[Any, list[BoundField]]]:
        """The fields in short sections, with the rows that belong to them."""
        lines = self.part("workflows/special_price/lines.html", {"rows": self.lines, "products": self.products})
        evidence = self.part("workflows/special_price/evidence_rows.html", {"rows": self.evidence})
        promises = self.part("workflows/special_price/promise_rows.html", {"rows": self.considerations})
        return [
            (_("Prices"), self._fields("price_list", "valid_from", "valid_to"), lines),
            (_("Volume"), self._fields("annual_expected", "annual_best")),
            (_("Reason and evidence"), self._fields("reason_code", "reason_text"), evidence),
            (_("Other promises"), self._fields("consideration"), promises),
            (_("Visibility"), self._fields("confidential")),
        ]

    def _fields(self, *names: str) -> list[BoundField]:
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        """Days in order; what is wrong in a row is said with its number."""
        data = dict(super().clean() or {})
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _now("The last day must not be before the first."))
            self.cleaned_data.pop("valid_from", None)
        for words, rows in (
            (_now("Line %(number)d"), self.lines),
            (_now("Evidence %(number)d"), self.evidence),
            (_now("Promise %(number)d"), self.considerations),
        ):
            for number, wrong in rows.errors():
                self.add_error(None, f"{words % {'number': number}} · {wrong}")
        return self.cleaned_data


class _Products(dict[str, Product]):
    """Products by code: those of the list at once, others when somebody names them."""

    def __init__(self, known: list[Product]) -> None:
        super().__init__({product.code: product for product in known})

    def __contains__(self, code: object) -> bool:
        if not super().__contains__(code) and isinstance(code, str):
            found = Product.objects.filter(code=code).first()
            if found is not None:
                self[code] = found
        return super().__contains__(code)


def _values(row: Any) -> dict[str, Any]:
    """The values of a stored row by field name."""
    return {field.name: getattr(row, field.name) for field in row._meta.fields if field.name not in ("id", "letter")}
