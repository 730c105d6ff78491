"""What people type about contract templates and clauses."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from accounts.models import Unit
from accounts.roles import Role
from contracts.models import Category, Language, TemplateVersion
from contracts.services.templates import LARGEST

if TYPE_CHECKING:
    VersionModelForm = forms.ModelForm[TemplateVersion]
else:
    VersionModelForm = forms.ModelForm

OWNERS = (Role.CC, Role.FM, Role.LG, Role.QA, Role.RD, Role.CS, Role.GM)


class VersionForm(VersionModelForm):
    """What changes and from when it is to hold; the file is uploaded beside it."""

    valid_from = DayField(
        label=_("Valid from"),
        required=False,
        help_text=_("The version before it holds until that day. Contracts keep the version they were made from."),
    )

    class Meta:
        model = TemplateVersion
        fields = ("change_note", "valid_from")
        labels = {"change_note": _("What changes and why")}
        widgets = {"change_note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "change_note": _(
                "For those who decide. Whether words of a clause change is found out by comparing the files."
            )
        }

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """One short section."""
        return [(_("About this version"), [self["change_note"], self["valid_from"]])]


class UploadForm(forms.Form):
    """A Word file."""

    file = forms.FileField(
        label=_("Word file (.docx)"),
        help_text=_("At most 10 MB. The file is checked at once; nothing in it is run."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".docx,application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
        ),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_file(self) -> tuple[str, bytes]:
        """Name and bytes; what is far too large is not read at all."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 10 MB."), code="too_large")
        return upload.name, upload.read()


class TemplateForm(forms.Form):
    """A standard text that does not exist yet."""

    unit = forms.ModelChoiceField(label=_("Company"), queryset=Unit.objects.none())
    code = forms.SlugField(label=_("Code"), max_length=20, help_text=_("Latin letters and digits, such as SALES."))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)

    def __init__(self, *args: Any, units: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = units
        field.initial = units.first()


class ClauseFilterForm(forms.Form):
    """The filter of the clause library."""

    q = forms.CharField(label=_("Title or wording"), required=False, max_length=100)
    category = forms.ChoiceField(
        label=_("Subject"), required=False, choices=[("", _("All subjects")), *Category.choices]
    )
    owner = forms.ChoiceField(
        label=_("Owner"),
        required=False,
        choices=[("", _("All owners")), *((role.value, role.label) for role in OWNERS)],
    )
