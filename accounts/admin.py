"""Operators keep people, roles and the company's structure; nothing here gives them a say in a decision."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts import services
from accounts.models import Region, RoleAssignment, Unit, User


class Kept(ModelAdmin):  # type: ignore[misc]  # unfold has no types
    """People, roles and companies are ended or closed, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    password_once = forms.CharField(label="Initial password", required=False, widget=forms.PasswordInput)

    class Meta:
        model = User
        fields = ("email", "display_name", "person", "language", "time_zone", "reports_to", "is_active")


@admin.register(User)
class UserAdmin(Kept):
    form = UserForm
    list_display = ("display_name", "email", "language", "reports_to", "is_active")
    search_fields = ("display_name", "email")
    list_filter = ("is_active", "language")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Through the services, so that the trail has it."""
        data, actor = form.cleaned_data, request.user
        if not isinstance(actor, User):
            return
        if not change:
            made = services.create_user(
                data["email"],
                display_name=data["display_name"],
                password=data["password_once"] or None,
                language=data["language"],
                reports_to=data["reports_to"],
                person=data["person"],
                actor=actor,
                time_zone=data["time_zone"],
            )
            obj.pk = made.pk
            return
        names = ("email", "display_name", "person", "language", "time_zone", "reports_to")
        services.change_user(obj, actor=actor, **{name: data[name] for name in names if name in form.changed_data})
        if "is_active" in form.changed_data:
            services.set_active(obj, data["is_active"], actor=actor)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "person" in form.base_fields:
            form.base_fields["person"].required = False
            form.base_fields["person"].help_text = "Choose the person when it is a second account of somebody."
        return form


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Says beside the field what the service would refuse."""

    actor: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            names = ("user", "role", "unit", "region", "valid_from", "valid_to")
            services.check_assignment(RoleAssignment(**{name: cleaned.get(name) for name in names}), self.actor)
        return cleaned


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(Kept):
    form = RoleForm
    list_display = ("user", "role", "unit", "region", "valid_from", "valid_to", "is_deputy")
    list_filter = ("role", "unit")
    search_fields = ("user__display_name", "user__email")
    autocomplete_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and bool(super().has_change_permission(request, obj))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.actor = request.user
        return form

    def save_model(self, request: HttpRequest, obj: RoleAssignment, form: Any, change: bool) -> None:
        """Through the service, so that the trail has it."""
        if isinstance(request.user, User):
            facts = {name: getattr(obj, name) for name in ("unit", "region", "valid_from", "valid_to", "is_deputy")}
            obj.pk = services.assign_role(obj.user, obj.role, actor=request.user, **facts).pk

    @admin.action(description="End the chosen roles today")
    def end_today(self, request: HttpRequest, queryset: Any) -> None:
        for assignment in queryset:
            if isinstance(request.user, User):
                services.end_role(assignment, actor=request.user)

    actions = ("end_today",)


class StructureAdmin(Kept):
    """Companies and regions: their names are printed and their calendar sets deadlines, so the trail has changes."""

    def save_model(self, request: HttpRequest, obj: Unit | Region, form: Any, change: bool) -> None:
        if isinstance(request.user, User):
            services.save_structure(obj, form.changed_data, actor=request.user)


@admin.register(Unit)
class UnitAdmin(StructureAdmin):
    list_display = ("code", "name_zh", "name_en", "currency", "time_zone")


@admin.register(Region)
class RegionAdmin(StructureAdmin):
    list_display = ("unit", "code", "name_zh", "name_en")
