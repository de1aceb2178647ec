"""Sites on Chargebee's older product catalogue: plans and addons are no items; their lines take the item of the map."""

from integrations.engine import syncs
from integrations.engine.tests.builders import make_tenant
from integrations.engine.tests.harness import ACTOR, make_side, run_to_rest, sandbox
from integrations.models import SyncRecord

CLASSIC = {"site": "acme-classic-test", "api_key": "test_SandboxClassicReadOnly", "lag_s": "0"}


def test_it_posts_what_plans_and_addons_sold(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        box.control.post("/generate/chargebee", {"site": CLASSIC["site"], "customers": 4, "seed": 5, "months": 2})
        box.control.post("/limits/chargebee", {"site": CLASSIC["site"], "per_minute": 100_000, "index_lag_s": 0})
        tenant = make_tenant()
        sync = syncs.create_sync(
            tenant_id=tenant.pk,
            pair_slug="chargebee_to_netsuite",
            name="classic",
            source=make_side(tenant, box, "chargebee", **CLASSIC),
            target=make_side(tenant, box, "netsuite"),
            actor=ACTOR,
        )
        syncs.activate(sync, actor=ACTOR)
        run_to_rest(sync)
        records = SyncRecord.objects.filter(sync=sync)
        assert records.filter(flow="invoices", state="delivered").count() > 5
        assert (
            list(records.exclude(state__in=["delivered", "skipped"]).values_list("flow", "natural_key", "code")) == []
        )
