"""Addresses of the policy pages."""

from django.urls import path

from policies.views import ask, drafts, rows, shown, tables, trial, workbook

app_name = "policies"
urlpatterns = [
    path("", shown.detail, name="detail"),
    path("<int:number>/", shown.detail, name="version"),
    path("drafts/", drafts.index, name="drafts"),
    path("drafts/start/", drafts.start, name="start"),
    path("holders/", drafts.holders, name="holders"),
    path("<int:number>/tables/", drafts.overview, name="tables"),
    path("<int:number>/describe/", drafts.describe, name="describe"),
    path("<int:number>/changes/", drafts.changes, name="changes"),
    path("<int:number>/check/", drafts.check, name="check"),
    path("<int:number>/ask/", ask.ask, name="ask"),
    path("<int:number>/reopen/", ask.reopen, name="reopen"),
    path("<int:number>/try/", trial.page, name="try"),
    path("<int:number>/tables/<str:code>/", tables.page, name="table"),
    path("<int:number>/tables/<str:code>/save/", rows.save, name="save"),
    path("<int:number>/tables/<str:code>/rows/", rows.change, name="rows"),
    path("<int:number>/tables/<str:code>/settings/", tables.settings, name="settings"),
    path("<int:number>/tables/<str:code>/columns/", tables.columns, name="columns"),
    path("<int:number>/tables/<str:code>/dmn/", workbook.export_dmn, name="dmn"),
    path("<int:number>/workbook.xlsx", workbook.export, name="workbook"),
    path("<int:number>/import/", workbook.upload, name="import"),
    path("<int:number>/import/apply/", workbook.apply, name="import-apply"),
]
