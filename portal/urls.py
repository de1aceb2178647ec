"""Every address of the portal; a new connector or pair adds none."""

from django.contrib import admin
from django.urls import include, path

from integrations import webhooks
from portal.tenancy import public as open_to_all
from portal.views import connections, dashboard, pings, public, styleguide, tenants

urlpatterns = [
    path("", public.home, name="public_home"),
    path("theme/", public.set_theme, name="set_theme"),
    path("home/", dashboard.dashboard, name="dashboard"),
    path("systems/<slug:slug>/logo.svg", public.system_logo, name="system_logo"),
    path("connections/", connections.connection_list, name="connection_list"),
    path("connections/add/", connections.connection_create, name="connection_create"),
    path("connections/add/<slug:slug>/", connections.connection_create_system, name="connection_create_system"),
    path("connections/add/<slug:slug>/sandbox/", connections.connection_sandbox, name="connection_sandbox"),
    path("connections/<int:pk>/", connections.connection_detail, name="connection_detail"),
    path("connections/<int:pk>/edit/", connections.connection_edit, name="connection_edit"),
    path("connections/<int:pk>/ping/", pings.connection_ping, name="connection_ping"),
    path("connections/<int:pk>/webhook/", pings.connection_webhook, name="connection_webhook"),
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
