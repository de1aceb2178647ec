"""Voiding: asked for, pending, then credited or reissued."""

from integrations.connectors.billcom.simulator.answers import instant
from integrations.connectors.billcom.simulator.lifecycle import move, walk_to, wind
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.payment_making import make
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json

REISSUES = ("VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD")


def begin_void(org: Org, payment: Record, kind: str, reason: str, user_id: str) -> None:
    """Ask for a void; it is pending until its time has come."""
    now = instant(org.now())
    request: Json = {
        "id": f"vod{org.count('void'):06d}",
        "requestedBy": user_id,
        "type": kind,
        "status": "TO_BE_PROCESSED",
        "createdTime": now,
        "updatedTime": now,
    }
    if reason:
        request["reason"] = reason
    move(org, payment, "VOID_PENDING", voidInfo=[*payment.fields["voidInfo"], request])
    wind(org, payment, "VOIDED", org.switches.settle_s)


def finish_void(org: Org, payment: Record) -> Record:
    """Carry out a pending void and give the payment that stands afterwards.

    A reissue moves no money of the payer. Whether BILL keeps the payment's id is not established: a switch.
    """
    *before, request = payment.fields["voidInfo"]
    accepted = [*before, {**request, "status": "ACCEPTED", "updatedTime": instant(org.now())}]
    kind = "VIRTUAL_CARD" if request["type"] == "VOID_AND_REISSUE_VCARD" else payment.fields["disbursementType"]
    if request["type"] in REISSUES and org.switches.reissue == "same_payment":
        again: Json = {"transactionNumber": org.text(12), "disbursementType": kind, "disbursementInfo": {}}
        move(org, payment, "PROCESSED", voidInfo=accepted, **again)
        return payment
    move(org, payment, "VOIDED", voidInfo=accepted)
    return _reissued(org, payment, kind) if request["type"] in REISSUES else payment


def _reissued(org: Org, old: Record, kind: str) -> Record:
    names = ("vendorId", "fundingAccount", "description")
    values = {name: old.fields[name] for name in names if name in old.fields}
    splits = [{name: split[name] for name in split if name != "id"} for split in old.fields["billPayments"]]
    made = make(org, old.fields["createdBy"], {**values, "disbursementType": kind}, splits)
    tell(org, "payment.updated", made)
    walk_to(org, made, "PROCESSED")
    return made
