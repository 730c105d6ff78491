"""What people type on the pages of documents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Kind
from contracts.pipeline.verify import MAX_FILE


class FilterForm(forms.Form):
    """The filter of the list."""

    q = forms.CharField(label=_("Number, request or customer"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Kind.choices])


class CodeForm(forms.Form):
    """A verification code copied from paper."""

    code = forms.CharField(label=_("Verification code"), max_length=60)


class CompareForm(forms.Form):
    """A PDF to hold against the issued document."""

    file = forms.FileField(
        label=_("PDF file to compare"),
        help_text=_("The file is compared on this server and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> bytes:
        """The bytes, refused when larger than any document we issue."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than any document we issue."), code="too_large")
        data: bytes = upload.read()
        return data


class VoidForm(forms.Form):
    """Why a document no longer holds."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everybody who checks the document sees that it is void, but not why."),
    )
