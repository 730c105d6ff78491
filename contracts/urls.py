from django.urls import path, re_path

from contracts.views import documents as views

app_name = "contracts"
urlpatterns = [
    path("v/", views.find, name="find"),
    path("v/<str:code>", views.verify, name="verify"),
    path("documents/", views.documents, name="documents"),
    path("documents/<str:number>.pdf", views.pdf, name="pdf"),
    path("documents/<str:number>/", views.document, name="document"),
    path("documents/<str:number>/void/", views.void, name="void"),
    path("documents/<str:number>/retry/", views.retry, name="retry"),
    re_path(r"^certificates/root\.(?P<form>pem|cer)$", views.root, name="root"),
]
