"""Every address of the portal; a new connector or pair adds none."""

from django.contrib import admin
from django.urls import include, path

from integrations import webhooks
from portal.tenancy import public as open_to_all
from portal.views import dashboard, public, styleguide, tenants

urlpatterns = [
    path("", public.home, name="public_home"),
    path("theme/", public.set_theme, name="set_theme"),
    path("home/", dashboard.dashboard, name="dashboard"),
    path("companies/switch/", tenants.tenant_switch, name="tenant_switch"),
    path("companies/add/", tenants.tenant_create, name="tenant_create"),
    path("team/", tenants.team, name="team"),
    path("team/invite/", tenants.invite, name="invite"),
    path("team/invitations/<int:pk>/revoke/", tenants.invitation_revoke, name="invitation_revoke"),
    path("team/<int:pk>/role/", tenants.member_role, name="member_role"),
    path("team/<int:pk>/remove/", tenants.member_remove, name="member_remove"),
    path("invitations/<str:token>/", tenants.invitation_accept, name="invitation_accept"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("hooks/<str:token>/", open_to_all(webhooks.receive), name="webhook"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
