"""Approval policies: settings of the organization that say which bills go to whom."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.call import Call, created, done
from integrations.connectors.billcom.simulator.org import Org, Policy
from integrations.connectors.billcom.simulator.schema import Field, Shape
from integrations.sandbox.app import Json, Response

AMOUNT = "BILL_AMOUNT"
CODES = {"CHART_OF_ACCOUNT_ID": "chartOfAccountId", "LOCATION_ID": "locationId", "JOB_ID": "jobId"}
KEYS = (AMOUNT, "VENDOR_ID", *CODES)
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "eq": Decimal.__eq__,
    "gt": Decimal.__gt__,
    "gte": Decimal.__ge__,
    "lt": Decimal.__lt__,
    "lte": Decimal.__le__,
}
_RULE: Shape = {
    "key": Field(kind="choice", required=True, choices=KEYS),
    "op": Field(kind="choice", required=True, choices=(*_COMPARE, "in")),
    "values": Field(kind="ids", required=True),
}
POLICY: Shape = {
    "policyName": Field(required=True),
    "rules": Field(kind="rows", required=True, of=_RULE),
    "approvers": Field(kind="ids", required=True),
}


def list_all(call: Call) -> Response:
    """Answer `GET /v3/bill-approvals/policies` with a bare array."""
    return done([view(call.org, one) for one in call.org.policies])


def create(call: Call) -> Response:
    """Answer `POST /v3/bill-approvals/policies`."""
    made = make(call.org, call.body(POLICY))
    call.org.policies.append(made)
    return created(view(call.org, made))


def update(call: Call) -> Response:
    """Answer `PUT /v3/bill-approvals/policies/{id}`."""
    at = _place(call)
    made = make(call.org, call.body(POLICY), call.ids[0])
    call.org.policies[at] = made
    return done(view(call.org, made))


def delete(call: Call) -> Response:
    """Answer `DELETE /v3/bill-approvals/policies/{id}`; it cannot be restored."""
    del call.org.policies[_place(call)]
    return Response.empty(200)


def make(org: Org, values: Json, id: str = "") -> Policy:
    """Make a policy from a request body; refuses approvers who are no users and amounts that are no numbers."""
    strangers = [one for one in values["approvers"] if one not in org.users()]
    if strangers:
        refuse("BDC_1143", f"approvers: no user exists with id {strangers[0]}", "approvers", strangers[0])
    for rule in values["rules"]:
        if rule["key"] == AMOUNT and not _is_number(rule["values"][0]):
            refuse("BDC_1119", "rules: BILL_AMOUNT wants a number", "rules", rule["values"][0])
    id = id or f"apo01POLICY{org.count('policy'):09d}"
    return Policy(id=id, name=values["policyName"], rules=values["rules"], approvers=values["approvers"])


def matching(policies: Sequence[Policy], fields: Json) -> Policy | None:
    """Give the first policy of which every rule applies to a bill."""
    return next((one for one in policies if all(_applies(rule, fields) for rule in one.rules)), None)


def view(org: Org, policy: Policy) -> Json:
    """Show a policy as the API does."""
    names = {user.id: f"{user.first_name} {user.last_name}" for user in org.setup.users}
    return {
        "id": policy.id,
        "policyName": policy.name,
        "status": "ACTIVE",
        "rules": [
            {**rule, "values": [{"value": value, "displayName": value} for value in rule["values"]]}
            for rule in policy.rules
        ],
        "approvers": {"users": [{"userId": id, "fullName": names[id]} for id in policy.approvers], "groups": []},
    }


def _applies(rule: Json, fields: Json) -> bool:
    key, values = rule["key"], rule["values"]
    if key == AMOUNT:
        compare = _COMPARE.get(rule["op"], Decimal.__eq__)
        return any(compare(fields["amount"], Decimal(value)) for value in values)
    if key == "VENDOR_ID":
        return fields["vendorId"] in values
    groups: list[Any] = [fields, *fields["billLineItems"]]
    return any(group.get("classifications", {}).get(CODES[key]) in values for group in groups)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _place(call: Call) -> int:
    at = next((at for at, one in enumerate(call.org.policies) if one.id == call.ids[0]), -1)
    if at < 0:
        refuse("BDC_1205", f"No policy exists with id {call.ids[0]}.", "policyId", call.ids[0])
    return at
