from django.urls import path, re_path

from contracts.views import clauses, contracts, templates
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
    path("contracts/clauses/", clauses.index, name="clauses"),
    path("contracts/clauses/<int:pk>/", clauses.clause, name="clause"),
    path("contracts/templates/", templates.index, name="templates"),
    path("contracts/templates/new/", templates.create, name="template-new"),
    path("contracts/templates/<int:pk>/", templates.template, name="template"),
    path("contracts/templates/<int:pk>/upload/", templates.upload, name="template-upload"),
    path("contracts/templates/versions/<int:pk>/", templates.version, name="template-version"),
    path("contracts/templates/versions/<int:pk>/sample.pdf", templates.preview, name="template-preview"),
    path("contracts/templates/versions/<int:pk>/file.docx", templates.file, name="template-file"),
    path("contracts/", contracts.index, name="contracts"),
    path("contracts/ending/", contracts.ending, name="contracts-ending"),
    path("contracts/seals/", contracts.seals, name="seals"),
    path("contracts/<str:number>/", contracts.contract, name="contract"),
    path("contracts/<str:number>/seal/", contracts.seal, name="contract-seal"),
    path("contracts/<str:number>/terminate/", contracts.terminate, name="contract-terminate"),
    path("contracts/<str:number>/signed-copy.pdf", contracts.copy, name="contract-copy"),
    path("contracts/<str:number>/kept/<str:token>/", contracts.kept, name="contract-kept"),
    re_path(r"^certificates/root\.(?P<form>pem|cer)$", views.root, name="root"),
]
