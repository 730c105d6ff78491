from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.explorer, name="explorer"),
    path("events/<int:pk>/", views.event, name="event"),
    path("requests/<str:number>/", views.timeline, name="timeline"),
    path("export/", views.export, name="export"),
]
