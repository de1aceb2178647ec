"""Callers of the API: a company with one of everything, tokens of every role, and calls with them."""

import json
from functools import lru_cache

from django.test import Client

from portal.api.access import ABILITY_KEY
from portal.api.main import api
from portal.models import Membership, Role
from portal.permissions import Ability
from portal.tests.screens import Company
from portal.tokens import make_token


def token_of(company: Company, role: Role = Role.ADMIN) -> str:
    """Make a token of a role, as the owner."""
    maker = Membership.objects.get(tenant=company.tenant, role=Role.OWNER)
    return make_token(maker=maker, name=f"{role.label} script", role=role, days=30)[1]


def call(token: str, method: str, path: str, body: object = None):
    """Call the API."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if isinstance(body, str):
        return Client().generic(method, f"/api/v1{path}", body, content_type="application/yaml", headers=headers)
    sent = "" if body is None else json.dumps(body)
    return Client().generic(method, f"/api/v1{path}", sent, content_type="application/json", headers=headers)


@lru_cache(maxsize=1)
def operations() -> dict[tuple[str, str], Ability]:
    """Give every operation of the OpenAPI document (method, path) with the ability that it says it asks for."""
    paths = api.get_openapi_schema()["paths"]
    return {
        (method.upper(), path): Ability(each[ABILITY_KEY])
        for path, methods in paths.items()
        for method, each in methods.items()
    }
