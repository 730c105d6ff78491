"""Forms of the customer pages; what they accept is checked again, and finally, by the services."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.colleagues import ColleagueField
from accounts.models import Region, RoleAssignment, Unit, User
from accounts.money import NotMoney, parse_money
from accounts.queries import in_force
from accounts.roles import Role
from customers import messages
from customers.models import Contact, Customer, FeedKind, LegalFlag, Licence
from customers.rules.sheets import MAX_BYTES
from customers.services.records import CONTACT_FIELDS, LICENCE_FIELDS

# Generic for the type checker only.
if TYPE_CHECKING:
    RegionChoiceField = forms.ModelChoiceField[Region]
    CustomerModelForm = forms.ModelForm[Customer]
    ContactModelForm = forms.ModelForm[Contact]
    LicenceModelForm = forms.ModelForm[Licence]
    LegalFlagModelForm = forms.ModelForm[LegalFlag]
else:
    RegionChoiceField = forms.ModelChoiceField
    CustomerModelForm = ContactModelForm = LicenceModelForm = LegalFlagModelForm = forms.ModelForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MoneyField(forms.CharField):
    """An amount as the product reads it everywhere: plain digits, at most two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_money(text)
        except NotMoney as error:
            said = messages.sentence(f"money_{error.code}", {"value": text})
            raise ValidationError(said, code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value


class WholeNumberField(forms.CharField):
    """A count: ASCII digits only, where Django's own field would read other scripts' digits too."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise ValidationError(_("Write a whole number with plain digits."), code="whole_number")
        return int(text)


class RegionField(RegionChoiceField):
    """A region with its company, because several companies have an east."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name} · {obj.name}"


class CustomerForm(CustomerModelForm):
    """The customer file. Stars and key-account status are not here: they have their own decisions."""

    category_purchases = MoneyField(label=_("Yearly purchases of our category"), required=False)
    turnover = MoneyField(label=_("Yearly turnover"), required=False)
    target_lines = WholeNumberField(label=_("Product lines aimed at"), initial="0")
    accept_look_alike = forms.BooleanField(
        label=_("I have compared the names: this is another customer"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Customer
        fields = (
            "name", "name_en", "short_name", "uscc", "customer_type", "segment", "group", "legal_rep",
            "registered_address", "bank_masked", "phone", "founded_on", "since", "buyer_public_or_large",
            "category_purchases", "turnover", "target_lines", "active",
        )  # fmt: skip
        widgets = {"founded_on": DATE, "since": DATE}

    def offer_look_alike(self) -> None:
        """Show the box that says: I have seen that a similar name exists."""
        self.fields["accept_look_alike"].widget = forms.CheckboxInput()

    def show_what_the_file_says(self) -> None:
        """Beside each entry that differs: what stands in the file, so that nobody's change is undone unseen."""
        for name in self.changed_data:
            if name == "accept_look_alike" or name in self.errors:
                continue
            display = getattr(self.instance, f"get_{name}_display", None)
            value = display() if display else getattr(self.instance, name)
            shown = _("yes") if value is True else _("no") if value is False else value or "–"
            self.add_error(name, _("The file now says: %(value)s") % {"value": shown})

    def service_fields(self) -> dict[str, Any]:
        """What the service is asked to write."""
        return {name: value for name, value in self.cleaned_data.items() if name != "accept_look_alike"}

    def _post_clean(self) -> None:
        """The service validates; a half-valid instance must not be written to here."""


class NewCustomerForm(CustomerForm):
    """A new file: with code, region (which says the unit) and owner."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("The customer's number in the ERP."))
    region = RegionField(label=_("Region"), queryset=Region.objects.none())
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())

    class Meta(CustomerForm.Meta):
        fields = tuple(name for name in CustomerForm.Meta.fields if name != "active")  # type: ignore[assignment]

    field_order = ("code", "name", "name_en", "short_name", "uscc", "region", "owner")

    def __init__(self, *args: Any, regions: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """Who looks after the customer, and in which region."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
    region = RegionField(label=_("Region"), queryset=Region.objects.none())

    def __init__(self, *args: Any, customer: Customer, regions: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"owner": customer.owner_id, "region": customer.region_id}
        super().__init__(*args, **kwargs)
        reps = User.objects.filter(pk__in=representatives(customer.unit)) | User.objects.filter(pk=customer.owner_id)
        self.fields["owner"].queryset = reps.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


def representatives(unit: Unit) -> Any:
    """Ids of the people who represent the unit today, anywhere in it."""
    held = RoleAssignment.objects.filter(in_force(), role=Role.REP, unit=unit, user__is_active=True)
    return held.values("user_id")


class ShareForm(forms.Form):
    """With which colleague to share."""

    user = ColleagueField(label=_("Colleague"))


class ContactForm(ContactModelForm):
    """A person at the customer."""

    class Meta:
        model = Contact
        fields = CONTACT_FIELDS

    def _post_clean(self) -> None:
        """The service validates."""


class LicenceForm(LicenceModelForm):
    """A licence."""

    class Meta:
        model = Licence
        fields = LICENCE_FIELDS
        widgets = {"valid_from": DATE, "valid_to": DATE}

    def _post_clean(self) -> None:
        """The service validates."""


class FlagForm(LegalFlagModelForm):
    """A public record or an event that weighs on credit."""

    class Meta:
        model = LegalFlag
        fields = ("kind", "on", "source")
        widgets = {"on": DATE}

    def _post_clean(self) -> None:
        """The service validates."""


class ImportForm(forms.Form):
    """A file of trade data and the moment for which the ERP made it."""

    unit = forms.ModelChoiceField(label=_("Company"), queryset=Unit.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Kind of data"), choices=FeedKind.choices)
    data_as_of = forms.DateTimeField(
        label=_("Time of the data"),
        help_text=_("The moment for which the ERP made the file, in your time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (UTF-8 or GB18030) or XLSX, at most 10 MB and 100,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            said = messages.sentence("too_large", {"megabytes": MAX_BYTES // 1024 // 1024})
            raise ValidationError(said, code="too_large")
        return upload
