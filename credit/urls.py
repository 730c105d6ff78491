"""Addresses under /credit/."""

from django.urls import path

from credit import views

app_name = "credit"
urlpatterns = [
    path("customers/<int:customer_pk>/forms/<int:form_no>/", views.case_form, name="case_form"),
    path("attachments/<int:pk>/", views.attachment, name="attachment"),
    path("applications/<int:pk>/score/", views.score_sheet, name="score"),
    path("conditions/<int:pk>/fulfil/", views.fulfil, name="fulfil"),
]
