"""An exchange difference for which no account is mapped: the payment stands, and what is lacking is a problem."""

from pathlib import Path

import pytest
import yaml

from integrations.engine import syncs
from integrations.engine.tests.casebook import begin, named, tell
from integrations.engine.tests.harness import ACTOR, run_to_rest, sandbox
from integrations.mapping_changes import change_map, publish_maps
from integrations.models import Problem, SyncRecord
from mappings.models import ValueMap
from mappings.value_maps import Entry

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = Path(__file__).parent / "cases"
OPENING = yaml.safe_load((FOLDER / "opening.yml").read_text())
STORY = yaml.safe_load((FOLDER / "foreign_paid_at_another_rate.yaml").read_text())["story"]


@pytest.fixture
def telling(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        settings.SANDBOX_BASE_PORT = box.base_port
        told = begin("chargebee_to_jde", box, OPENING, {})
        map_account(told.sync, "")
        for step in STORY:
            tell(told, step)
        yield told


def map_account(sync, account):
    """Give this account for all exchange differences; an empty text is none."""
    found = ValueMap.objects.get(sync_id=sync.pk, name="exchange_accounts")
    change_map(value_map=found, actor=ACTOR, put=[Entry(keys=("*",), value=account)], is_whole=True)
    publish_maps(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)


def payment(sync):
    return SyncRecord.objects.get(sync=sync, flow="payments")


def test_it_leaves_the_payment_delivered_and_says_which_account_is_lacking(telling):
    record = payment(telling.sync)
    assert (record.state, record.code) == ("delivered", "difference_not_booked")
    assert "0.88" in record.reason
    problem = Problem.objects.get(sync=telling.sync)
    assert (problem.code, problem.field, problem.records, problem.healed_at) == (
        "difference_not_booked",
        "exchange_account",
        1,
        None,
    )


def test_it_books_the_difference_once_the_account_is_mapped_and_the_record_is_read_again(telling):
    map_account(telling.sync, "110.9145")
    syncs.replay(telling.sync, record_ids=[payment(telling.sync).pk], actor=ACTOR)
    run_to_rest(telling.sync, trigger="replay")
    assert payment(telling.sync).code == ""
    assert Problem.objects.get(sync=telling.sync).healed_at is not None
    assert [name for name, _ in named(telling) if name.endswith("moved:1")]


def test_it_goes_on_asking_for_the_account_when_the_record_is_read_again_without_it(telling):
    syncs.replay(telling.sync, record_ids=[payment(telling.sync).pk], actor=ACTOR)
    run_to_rest(telling.sync, trigger="replay")
    assert payment(telling.sync).code == "difference_not_booked"
    assert Problem.objects.get(sync=telling.sync).healed_at is None
