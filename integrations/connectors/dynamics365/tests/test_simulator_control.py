"""Faults, conflicts, tampering, events, state, reset (facts: vendor file, sections 7 to 9; DESIGN 11)."""

import asyncio
import json
import pickle

import httpx
import pytest

from integrations import registry
from integrations.connectors.dynamics365.simulator.directory import HOST
from integrations.connectors.dynamics365.tests.simulator_helpers import (
    books_of,
    control,
    documents,
    good,
    line,
    listed,
    make_invoice,
    make_journal,
    make_payment,
    make_world,
    payment_line,
    post_all,
    ready,
    reason,
    sample,
    signed_in,
)
from integrations.sandbox.app import Request
from integrations.sandbox.server import running


def strike(world, kind, **more):
    world.faults("dynamics365").set_rules({"rules": [{"kind": kind, **more}]})


def test_it_throttles_with_a_hint_in_whole_seconds():
    world, client = ready()
    strike(world, "rate_limit", value_s=7)
    answer = client.get("/LegalEntities")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert "experiencing high resource utilization" in answer.text


def test_it_throttles_without_a_hint():
    world, client = ready()
    strike(world, "rate_limit_no_hint")
    assert "Retry-After" not in client.get("/LegalEntities").headers


def test_a_gateway_answers_html():
    world, client = ready()
    strike(world, "gateway_html")
    answer = client.get("/LegalEntities")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")


def test_an_answer_is_lost_after_the_line_was_written():
    world, client = ready()
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    strike(world, "answer_lost_after_commit", method="POST")
    with pytest.raises(httpx.ReadError):
        client.post("/CustomerPaymentJournalLines", json=payment_line(journal))
    world.faults("dynamics365").clear()
    assert len(listed(client, "CustomerPaymentJournalLines", "PaymentReference eq 'txn_1'")) == 1


def test_a_token_ends_early():
    world, client = ready()
    strike(world, "token_expired", times=1)
    assert [client.get("/LegalEntities").status_code for _ in range(2)] == [401, 401]
    assert signed_in(world).get("/LegalEntities").status_code == 200


def test_a_write_arrives_altered_or_without_a_field():
    world, client = ready()
    strike(world, "write_altered", path="Lines", times=1)
    make_payment(client, 100)
    strike(world, "write_dropped_field", path="Lines", times=1, value="PaymentReference")
    make_payment(client, 50)
    found = [(one["CreditAmount"], one["PaymentReference"]) for one in listed(client, "CustomerPaymentJournalLines")]
    assert found == [(100.01, "txn_1"), (50, "")]


def test_two_lines_of_one_journal_at_once_collide_on_the_header():
    world, client = ready()
    journal = make_journal(client)

    def request(side):
        body = json.dumps(line(journal, AccountDisplayValue="401100", **side)).encode()
        headers = {"host": HOST, "authorization": client.headers["authorization"], "content-type": "application/json"}
        return Request.make("POST", "/data/LedgerJournalLines", headers, body)

    both = [request({"DebitAmount": 5}), request({"CreditAmount": 5})]
    plans = [world.plan("dynamics365", one) for one in both]
    answers = [world.perform("dynamics365", one, plan) for one, plan in zip(both, plans, strict=True)]
    assert [one.status for one in answers] == [201, 500]
    assert b"An update conflict occurred due to another user process" in answers[1].body
    assert len(listed(client, "LedgerJournalLines")) == 1


def test_collisions_come_on_order_with_the_switched_status():
    _, client = ready(conflicts_next=1, conflict_status=400)
    body = line(make_journal(client), AccountDisplayValue="401100", DebitAmount=5)
    assert "update conflict" in reason(client.post("/LedgerJournalLines", json=body))
    assert client.post("/LedgerJournalLines", json=body).status_code == 201


def test_lines_of_different_journals_do_not_collide():
    _, client = ready()
    make_invoice(client, "A")
    make_invoice(client, "B")
    assert len(listed(client, "LedgerJournalLines")) == 4


def settled():
    world, client = ready()
    make_invoice(client)
    post_all(world)
    make_payment(client, 120, MarkedInvoice="INV-1")
    post_all(world)
    return world, client, {one["kind"]: one["id"] for one in documents(world)}


def test_tampering_with_an_amount_shows_in_books_and_rows():
    world, client, ids = settled()
    control(world, "POST tamper", id=ids["payment"], op="amount")
    assert documents(world, "payment")[0]["total"] == "120.01"
    assert [row["CreditAmount"] for row in listed(client, "CustomerPaymentJournalLines")] == [120.01]
    assert -120.01 in [row["AmountCur"] for row in listed(client, "CustTransactions")]


def test_tampering_with_a_date_shows_in_books_and_rows():
    world, client, ids = settled()
    control(world, "POST tamper", id=ids["invoice"], op="date", value="2026-11-05")
    assert documents(world, "invoice")[0]["posting_date"] == "2026-11-05"
    assert {row["TransDate"] for row in listed(client, "LedgerJournalLines")} == {"2026-11-05T12:00:00Z"}


def test_an_unapplied_payment_opens_both_documents():
    world, client, ids = settled()
    control(world, "POST tamper", id=ids["payment"], op="unapply")
    assert [one["open"] for one in documents(world)] == ["120.00", "120.00"]
    assert sorted(row["AmountCur"] for row in listed(client, "CustTransOpens")) == [-120, 120]


def test_a_deleted_document_is_gone_everywhere():
    world, client, ids = settled()
    control(world, "POST tamper", id=ids["payment"], op="delete")
    assert [one["kind"] for one in documents(world)] == ["invoice"]
    assert listed(client, "CustomerPaymentJournalLines") == []
    assert [row["AmountCur"] for row in listed(client, "CustTransactions")] == [120]


def test_a_doubled_document_has_the_same_reference():
    world, client, ids = settled()
    control(world, "POST tamper", id=ids["payment"], op="duplicate")
    assert [one["reference"] for one in documents(world, "payment")] == ["txn_1", "txn_1"]
    assert len(listed(client, "CustTransactions", "PaymReference eq 'txn_1'")) == 2


@pytest.mark.parametrize("op", ["amount", "date", "delete", "duplicate", "unapply"])
def test_a_waiting_document_can_be_tampered_with_too(op):
    world, client = ready()
    make_payment(client)
    (before,) = documents(world)
    control(world, "POST tamper", id=before["id"], op=op)
    assert op == "unapply" or documents(world) != [before]


def test_state_shows_what_waits_with_its_lines_and_dimensions():
    world, client = ready()
    make_invoice(client, Document="cb:1")
    (found,) = documents(world)
    assert (found["status"], found["kind"], found["reference"], found["customer"]) == (
        "unposted",
        "invoice",
        "cb:1",
        "C-01",
    )
    assert [(one["account"], one["debit"], one["credit"]) for one in found["lines"]] == [
        ("130110", "120.00", "0.00"),
        ("401100", "0.00", "120.00"),
    ]
    assert found["lines"][1]["dimensions"] == "401100-BU01--"


def test_a_reset_forgets_documents_and_keeps_the_credentials():
    world, client = ready()
    make_invoice(client)
    before = world.simulators["dynamics365"].credentials()
    world.reset()
    assert (documents(world), world.simulators["dynamics365"].credentials()) == ([], before)
    assert good(signed_in(world).get("/LegalEntities"))["value"]


def test_a_world_is_kept_in_a_file_with_its_tokens():
    world, client, _ = settled()
    again = pickle.loads(pickle.dumps(world))
    moved = httpx.Client(
        transport=httpx.WSGITransport(again.wsgi("dynamics365")),
        base_url=f"https://{HOST}/data",
        headers={"Authorization": client.headers["authorization"]},
    )
    assert len(listed(moved, "CustTransactions")) == 2
    make_payment(moved, 5, PaymentReference="later")
    assert books_of(again).faults() == []


def test_unknown_options_and_ops_are_named():
    world = make_world()
    for call, options in (("POST options", {"nope": 1}), ("POST tamper", {"id": "x", "op": "nope"})):
        with pytest.raises(ValueError, match="nope"):
            control(world, call, **options)


# Business events


def posted_free_text():
    world, client = ready()
    body = {"dataAreaId": "usmf", "CustomerAccount": "C-01", "InvoiceDate": "2026-11-20", "CurrencyCode": "USD"}
    made = good(client.post("/FreeTextInvoiceHeaders", json=body))
    more = {"ParentRecId": made["InvoiceIdentifier"], "MainAccountDisplayValue": "401200"}
    good(client.post("/FreeTextInvoiceLines", json={"dataAreaId": "usmf", **more, "TransactionCurrencyAmount": 129.95}))
    return world, client


def test_a_stub_looks_as_documented():
    world, _ = posted_free_text()
    post_all(world)
    (stub,) = control(world, "GET events")["sent"]
    documented = sample("event_free_text_posted")
    assert (set(stub), len(stub["EventTimeIso8601"])) == (set(documented), len(documented["EventTimeIso8601"]))
    assert (stub["InvoiceId"], stub["InvoiceDate"]) == ("FTI-00000001", "/Date(1795132800000)/")


class Receiver:
    """A small web server that notes what it is sent and answers as told."""

    def __init__(self, status=200):
        self.status, self.bodies = status, []

    async def answer(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")
        )
        self.bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


async def _delivered(world, receiver, until):
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    control(world, "POST endpoints", url=f"http://127.0.0.1:{port}/events")
    post_all(world)
    task = asyncio.create_task(world.simulators["dynamics365"].background())
    async with asyncio.timeout(10):
        while not until(control(world, "GET events")):
            world.advance(0.5)
            await asyncio.sleep(0.01)
    task.cancel()
    server.close()


def test_a_doubled_event_keeps_its_id_and_control_number():
    world, _ = posted_free_text()
    strike(world, "webhook_duplicate")
    receiver = Receiver()
    asyncio.run(_delivered(world, receiver, lambda figures: figures["delivered"] == 2))
    assert receiver.bodies[0] == receiver.bodies[1]


def test_a_failing_endpoint_is_tried_three_times_again_and_then_logged():
    world, _ = posted_free_text()
    receiver = Receiver(500)
    asyncio.run(_delivered(world, receiver, lambda figures: figures["error_log"] == 1))
    assert len(receiver.bodies) == 4


def test_events_come_wrapped_by_dataverse_where_switched_on():
    world, _ = posted_free_text()
    control(world, "POST options", dataverse_events=True)
    receiver = Receiver()
    asyncio.run(_delivered(world, receiver, lambda figures: figures["delivered"] == 1))
    inner = json.loads(receiver.bodies[0]["InputParameters"][0]["value"])
    assert inner["BusinessEventId"] == "CustFreeTextInvoicePostedBusinessEvent"


# As one folder of several simulators


def test_the_folder_brings_both_simulators_on_their_own_ports():
    world = make_world()
    offsets = {slug: one.port_offset for slug, one in world.simulators.items()}
    assert offsets == {"dynamics365": 6, "entra": 7}
    assert registry.sandbox_hosts("dynamics365") == {"login.microsoftonline.com": 7}


def test_both_answer_on_real_sockets_at_their_bare_addresses():
    world = make_world(start=None)
    own = world.simulators["dynamics365"].credentials()
    with running(world) as where:
        form = {
            "grant_type": "client_credentials", "client_id": own["client_id"], "client_secret": own["client_secret"],
            "scope": f"{own['environment_url']}/.default",
        }  # fmt: skip
        token = httpx.post(f"{where.origin('entra')}/{own['tenant_id']}/oauth2/v2.0/token", data=form).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        found = httpx.get(f"{where.origin('dynamics365')}/data/LegalEntities", headers=headers).json()
    assert [one["LegalEntityId"] for one in found["value"]] == ["USMF", "DEMF", "DAT"]
