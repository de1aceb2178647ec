"""When an amendment follows a booking: the details that a link shows while it is asked what an exchange rate leaves."""

from decimal import Decimal

import pytest

from integrations import registry
from integrations.contracts import Draft, Facts, Found, LinkView, Record
from integrations.engine.rates import details_after, is_unsettled, unsettled
from integrations.engine.work import Aim, Work

RATE = Decimal("1.0934")
STATED = Facts(exchange_rate=RATE)


def after(*, mode="deliver", before="", told=RATE, stated=None, is_ours=True, flow="payments"):
    draft = Draft(
        flow=flow, key="pay", sink="journal_entries", reference="R", payload={}, facts=stated or Facts(), operation="x"
    )
    work = Work(record=Record(stream="transactions", key="pay", body=None), row=None, drafts=(draft,), details="now")
    work.aim = Aim(mode=mode, token="now")
    facts = Facts(exchange_rate=told)
    link = LinkView(external_id="1", facts=facts, details_version=before, is_ours=is_ours)
    found = Found(external_id="1", reference="R", facts=facts)
    return details_after(registry.pair("chargebee_to_jde").flow(flow), work, found, link)


def test_it_asks_once_a_rate_is_told_even_where_a_lost_worker_left_no_body():
    assert after() == unsettled("now")


@pytest.mark.parametrize("how", [{"told": None}, {"is_ours": False}, {"before": "now"}, {"flow": "customers"}])
def test_it_asks_nothing_without_a_rate_of_others_documents_twice_or_where_the_flow_does_not_want_it(how):
    assert after(**how) == "now"


def test_it_goes_on_asking_until_the_amendment_is_done():
    mark = unsettled("now")
    assert after(before=mark) == mark
    assert after(mode="amend", before=mark, stated=STATED) == "now"


def test_it_asks_again_after_a_move_at_a_rate_of_the_ledger():
    assert is_unsettled(after(mode="amend", before="then"))
    assert after(mode="amend", before="then", stated=STATED) == "now"


def test_it_keeps_the_wish_of_other_details_when_an_older_attempt_is_looked_at():
    mark = unsettled("then")
    assert after(mode="amend", before=mark) == mark
