"""Approval: policies assign approvers to bills that asked for it, and approvers act in their order."""

from integrations.connectors.billcom.simulator.answers import Problem, Refused, instant, refuse
from integrations.connectors.billcom.simulator.call import Call, done
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.policies import matching
from integrations.connectors.billcom.simulator.schema import Field, Shape, read
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json, Response

PENDING = ("vendorId", "amount", "dueDate")
ACTION: Shape = {
    "billId": Field(required=True),
    "action": Field(kind="choice", required=True, choices=("APPROVE", "DENY")),
    "comment": Field(longest=4000),
}


def assign(org: Org, fields: Json, *, is_asked: bool) -> Json:
    """Give a bill's approval fields anew: approvers only where approval was asked for and a policy matches."""
    policy = matching(org.policies, fields) if is_asked else None
    if policy is None:
        return {"approvalStatus": "UNASSIGNED", "approvers": []}
    now = instant(org.now())
    approvers = [
        {"userId": user, "status": "UPCOMING" if at else "WAITING", "approverOrder": at + 1, "statusChangedTime": now}
        for at, user in enumerate(policy.approvers)
    ]
    return {"approvalStatus": "ASSIGNED", "approvers": approvers}


def act(org: Org, bill: Record, user_id: str, action: str) -> None:
    """Let an approver whose turn it is approve or deny."""
    approvers: list[Json] = bill.fields.get("approvers", [])
    at = next((at for at, one in enumerate(approvers) if one["status"] == "WAITING"), None)
    if at is None or approvers[at]["userId"] != user_id:
        refuse("BDC_1145", f"Bill {bill.id} does not wait for this user's approval.", "billId", bill.id)
    after = [dict(one) for one in approvers]
    after[at] |= {"status": "APPROVED" if action == "APPROVE" else "DENIED", "statusChangedTime": instant(org.now())}
    status = "DENIED"
    if action == "APPROVE":
        status = "APPROVED" if at + 1 == len(after) else "APPROVING"
        if at + 1 < len(after):
            after[at + 1] |= {"status": "WAITING", "statusChangedTime": instant(org.now())}
    _store(org, bill, {**bill.fields, "approvers": after, "approvalStatus": status})


def approve_all(org: Org, bill: Record) -> None:
    """Approve a bill in the name of all its approvers; one without any is approved as by an administrator."""
    now = instant(org.now())
    approvers = [{**one, "status": "APPROVED", "statusChangedTime": now} for one in bill.fields.get("approvers", [])]
    _store(org, bill, {**bill.fields, "approvers": approvers, "approvalStatus": "APPROVED"})


def is_payable(bill: Record) -> bool:
    """Tell whether a bill may be paid by API: with approvers assigned, approval must be finished."""
    return not bill.fields.get("approvers") or bill.fields["approvalStatus"] == "APPROVED"


def act_on(call: Call) -> Response:
    """Answer `POST /v3/bill-approvals/actions`."""
    rows = [read(row, ACTION, call.org.switches) for row in call.rows()]
    if not rows:
        refuse("BDC_1117", "The request holds no actions.")
    problems: list[Problem] = []
    for row in rows:
        bill = call.org.store.get("bill", row["billId"])
        if bill is None:
            problems.append(Problem("BDC_1205", f"No bill exists with id {row['billId']}.", "billId", row["billId"]))
    if problems:
        raise Refused(problems)
    for row in rows:
        act(call.org, call.org.record("bill", row["billId"]), call.session.user.id, row["action"])
    return done({"status": "SUCCESS"})


def pending(call: Call) -> Response:
    """Answer `GET /v3/bill-approvals/pending-user-approvals` for the signed-in user."""
    waiting = [
        {"billId": bill.id, **{name: bill.fields[name] for name in PENDING if name in bill.fields}}
        for bill in call.org.store.all("bill")
        if not bill.archived and any(_waits_for(one, call.session.user.id) for one in bill.fields.get("approvers", []))
    ]
    return done({"bills": waiting})


def _store(org: Org, bill: Record, fields: Json) -> None:
    if org.switches.approval_moves_bill:
        org.change(bill, fields)
        tell(org, "bill.updated", bill)
    else:
        bill.amend(org.now(), fields)


def _waits_for(approver: Json, user_id: str) -> bool:
    return bool(approver["userId"] == user_id and approver["status"] == "WAITING")
