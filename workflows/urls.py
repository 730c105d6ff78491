from django.urls import path

from workflows.views import contract, drafts, mine, queue, request_list, requests, rerating

app_name = "workflows"
urlpatterns = [
    path("requests/", request_list.index, name="requests"),
    path("requests/new/", drafts.choose, name="new"),
    path("requests/mine/", mine.index, name="mine"),
    path("requests/drafts/<slug:kind>/<int:pk>/", drafts.edit, name="draft"),
    path("requests/drafts/<slug:kind>/<int:pk>/preview/", drafts.live, name="draft-preview"),
    path("requests/drafts/<slug:kind>/<int:pk>/submit/", drafts.submit, name="draft-submit"),
    path("requests/drafts/<slug:kind>/<int:pk>/discard/", drafts.discard, name="draft-discard"),
    path("requests/drafts/<slug:kind>/<int:pk>/attachments/", drafts.attach, name="draft-attach"),
    path("requests/drafts/<slug:kind>/<int:pk>/attachments/<int:paper>/remove/", drafts.detach, name="draft-detach"),
    path("requests/<str:no>/", requests.detail, name="request"),
    path("requests/<str:no>/steps/<int:step>/decide/", requests.decide, name="decide"),
    path("requests/<str:no>/withdraw/", requests.withdraw, name="withdraw"),
    path("requests/<str:no>/share/", requests.share, name="share"),
    path("requests/<str:no>/papers/<int:paper>/", requests.paper, name="paper"),
    path("requests/<str:no>/documents/", requests.documents, name="request-documents"),
    path("requests/<str:no>/revise/", drafts.revise, name="revise"),
    path("requests/<str:no>/resubmit/", drafts.resubmit, name="resubmit"),
    path("ratings/", rerating.index, name="reratings"),
    path("ratings/start/", rerating.start, name="rerating-start"),
    path("ratings/<int:pk>/", rerating.detail, name="rerating"),
    path("ratings/<int:pk>/progress/", rerating.progress, name="rerating-progress"),
    path("ratings/<int:pk>/continue/", rerating.resume, name="rerating-resume"),
    path("contracts/<str:no>/sign/", contract.sign, name="contract-sign"),
    path("contracts/<str:no>/give-up/", contract.give_up, name="contract-give-up"),
    path("queue/", queue.index, name="queue"),
    path("queue/<int:step>/", queue.panel, name="panel"),
]
