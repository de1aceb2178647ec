"""The API itself: its resources, its refusals, its OpenAPI document."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from portal.api import backfills, channels, configuration, problems, reconciliations, records, runs, syncs
from portal.api.problem import MEDIA_TYPE, add_handlers

DESCRIPTION = """What the screens of the portal can do, for programs.

Sign in with `Authorization: Bearer <token>`. Lists come newest first and by key: follow `next` until it is null.
Amounts are decimal strings beside their currency, times are ISO 8601 in UTC. A refusal is an
`application/problem+json` document with a stable `code`, a `message`, the `field` and the `next_step`."""


class Api(NinjaAPI):
    """Tells in its document that refusals are problem documents."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """Give the OpenAPI document."""
        document = super().get_openapi_schema(**more)
        for methods in document["paths"].values():
            for each in methods.values():
                each["responses"] = {status: _typed(status, told) for status, told in each["responses"].items()}
        return document


def _typed(status: int, told: dict[str, Any]) -> dict[str, Any]:
    content = told.get("content", {})
    if int(status) < 400 or "application/json" not in content:
        return told
    return {**told, "content": {MEDIA_TYPE: content["application/json"]}}


api = Api(
    title="ml-connector API",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    openapi_url="/openapi.json",
)
add_handlers(api)
for prefix, module in (
    ("/syncs", syncs),
    ("/syncs/{sync_id}/configuration", configuration),
    ("/runs", runs),
    ("/records", records),
    ("/problems", problems),
    ("/reconciliations", reconciliations),
    ("/backfills", backfills),
    ("/channels", channels),
):
    api.add_router(prefix, module.router)
