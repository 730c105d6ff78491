from django.urls import path

from customers.views import feed, file, listing, page, papers

app_name = "customers"
urlpatterns = [
    path("", listing.index, name="list"),
    path("new/", file.create, name="create"),
    path("import/", feed.index, name="import"),
    path("import/confirm/", feed.confirm, name="import-confirm"),
    path("import/template/<str:kind>.<str:form>", feed.template, name="import-template"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("<int:pk>/", page.detail, name="detail"),
    path("<int:pk>/edit/", file.edit, name="edit"),
    path("<int:pk>/assign/", file.assign, name="assign"),
    path("<int:pk>/share/", file.share, name="share"),
    path("<int:pk>/unshare/", file.unshare, name="unshare"),
    path("<int:pk>/contacts/new/", file.contact, name="contact-new"),
    path("<int:pk>/contacts/<int:row>/", file.contact, name="contact"),
    path("<int:pk>/licences/new/", file.licence, name="licence-new"),
    path("<int:pk>/licences/<int:row>/", file.licence, name="licence"),
    path("<int:pk>/records/new/", file.flag, name="flag-new"),
    path("<int:pk>/records/<int:row>/close/", file.close_flag, name="flag-close"),
]
