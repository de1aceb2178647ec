"""Vendors: whom bills come from."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, instant, refuse
from integrations.connectors.billcom.simulator.call import Call, change_all, created, done, listed
from integrations.connectors.billcom.simulator.listings import VENDORS
from integrations.connectors.billcom.simulator.org import BASE, Org
from integrations.connectors.billcom.simulator.payloads import tell
from integrations.connectors.billcom.simulator.schema import Field, Shape, read
from integrations.connectors.billcom.simulator.store import Record, Version, present
from integrations.sandbox.app import Json, Response

BULK_MAX = 20
ZIP = re.compile(r"\d{5}(-\d{4})?")
COUNTRIES: Mapping[str, str] = {
    "US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "NL": "Netherlands",
    "IE": "Ireland", "ES": "Spain", "IT": "Italy", "CH": "Switzerland", "AT": "Austria", "BE": "Belgium",
    "SE": "Sweden", "PL": "Poland", "JP": "Japan", "AU": "Australia", "IN": "India", "CN": "China", "MX": "Mexico",
}  # fmt: skip

BANK: Shape = {
    "nameOnAccount": Field(required=True),
    "accountNumber": Field(required=True),
    "routingNumber": Field(),
    "type": Field(kind="choice", choices=("CHECKING", "SAVINGS")),
    "ownerType": Field(kind="choice", choices=("BUSINESS", "PERSON", "PERSONAL")),
    "paymentCurrency": Field(),
    "bankCountry": Field(kind="country"),
}
_ADDRESS: Shape = {
    "line1": Field(required=True),
    "line2": Field(),
    "city": Field(required=True),
    "stateOrProvince": Field(),
    "zipOrPostalCode": Field(required=True),
    "country": Field(kind="country", required=True),
}
_MORE: Shape = {
    "taxId": Field(),
    "taxIdType": Field(kind="choice", choices=("EIN", "SSN", "UNDEFINED")),
    "track1099": Field(kind="flag"),
    "leadTimeInDays": Field(kind="whole"),
    "combinePayments": Field(kind="flag"),
    "paymentTermId": Field(),
    "companyName": Field(),
}
_AUTO_PAY: Shape = {
    "enabled": Field(kind="flag"),
    "bankAccountId": Field(),
    "maxAmount": Field(kind="money"),
    "daysBeforeDueDate": Field(kind="whole"),
}
_PURPOSE: Shape = {"text": Field(), "code": Field(kind="group", of={"name": Field(), "value": Field()})}
_PAYMENT: Shape = {
    "payeeName": Field(),
    "email": Field(kind="email"),
    "bankAccount": Field(kind="group", of=BANK),
    "paymentPurpose": Field(kind="group", of=_PURPOSE),
}
VENDOR: Shape = {
    "name": Field(required=True, longest=100),
    "address": Field(kind="group", required=True, of=_ADDRESS),
    "shortName": Field(longest=40),
    "accountNumber": Field(),
    "accountType": Field(kind="choice", choices=("BUSINESS", "PERSON", "NONE")),
    "email": Field(kind="email"),
    "phone": Field(),
    "billCurrency": Field(),
    "paymentInformation": Field(kind="group", of=_PAYMENT),
    "additionalInfo": Field(kind="group", of=_MORE),
    "autoPay": Field(kind="group", of=_AUTO_PAY),
}
_GROUPS = ("address", "paymentInformation", "additionalInfo", "autoPay")


def list_all(call: Call) -> Response:
    """Answer `GET /v3/vendors`."""
    return listed(call, VENDORS, shown)


def get(call: Call) -> Response:
    """Answer `GET /v3/vendors/{id}`."""
    return _done(call, _record(call))


def create(call: Call) -> Response:
    """Answer `POST /v3/vendors`."""
    values = call.body(VENDOR)
    _check_trust(call, values)
    record = make(call.org, call.bent(values))
    tell(call.org, "vendor.created", record)
    return created(shown(call.org, record, record.now))


def create_bulk(call: Call) -> Response:
    """Answer `POST /v3/vendors/bulk`: all or none, under `vendors`."""

    def add(row: Any) -> Record:
        values = read(row, VENDOR, call.org.switches)
        _check_trust(call, values)
        return make(call.org, call.bent(values))

    records = change_all(call.rows(), BULK_MAX, add, call.org.store.drop)
    for record in records:
        tell(call.org, "vendor.created", record)
    return created({"vendors": [shown(call.org, record, record.now) for record in records]})


def update(call: Call) -> Response:
    """Answer `PATCH /v3/vendors/{id}`: groups are merged; a bank account is not changed this way."""
    record = _record(call)
    values = call.body(VENDOR, partial=True)
    if "bankAccount" in values.get("paymentInformation", {}):
        refuse("BDC_1119", "paymentInformation.bankAccount: use the bank-account endpoint", "bankAccount")
    _check_trust(call, values)
    merged = {**record.fields, **values}
    for name in _GROUPS:
        merged[name] = present({**record.fields.get(name, {}), **values.get(name, {})})
    _check(call.org, merged, record.id)
    call.org.change(record, present(merged))
    tell(call.org, "vendor.updated", record)
    return _done(call, record)


def archive(call: Call) -> Response:
    """Answer `POST .../archive`; doing it twice is the same."""
    return _set_archived(call, archived=True)


def restore(call: Call) -> Response:
    """Answer `POST .../restore`; doing it twice is the same."""
    return _set_archived(call, archived=False)


def make(org: Org, values: Json) -> Record:
    """Keep a new vendor with what BILL adds to it."""
    _check(org, values, "")
    paying = {"payByType": "CHECK", "payBySubType": "NONE", **values.get("paymentInformation", {})}
    bank = paying.pop("bankAccount", None)
    if bank:
        paying |= {"payByType": "ACH", "payBySubType": "ACH", "bankAccount": masked(bank)}
    fields = {
        **values,
        "accountType": values.get("accountType", "UNDEFINED"),
        "billCurrency": values.get("billCurrency") or BASE,
        "paymentInformation": paying,
        "networkStatus": "NOT_CONNECTED",
        "bankAccountStatus": "NO_NET_LINKED_ACCOUNT" if bank else "NO_ACCOUNT",
        "recurringPayments": False,
        "autoPay": {"enabled": False, **values.get("autoPay", {})},
    }
    record = org.make("vendor", present({name: _clean(value) for name, value in fields.items()}))
    if bank:
        org.bank_added[record.id] = org.today()
    return record


def shown(org: Org, record: Record, version: Version) -> Json:
    """Show a vendor with what follows from other records: the country's name and the balance."""
    view = record.view(version)
    address = view.get("address", {})
    if address.get("country") in COUNTRIES:
        view["address"] = {**address, "countryName": COUNTRIES[address["country"]]}
    owed = sum((one.open for one in org.books.open_of(record.id) if one.side == "credit"), Decimal(0))
    view["balance"] = {"amount": owed, "lastUpdatedDate": instant(version.updated)}
    more = view.get("additionalInfo", {})
    if org.switches.mask_tax_id and more.get("taxId"):
        view["additionalInfo"] = {**more, "taxId": f"***{more['taxId'][-4:]}"}
    return view


def masked(bank: Json) -> Json:
    """Show a bank account's number by its last four digits."""
    return {**bank, "accountNumber": f"*******{bank['accountNumber'][-4:]}"}


def _check(org: Org, values: Json, own_id: str) -> None:
    problems: list[Problem] = []
    currency = values.get("billCurrency") or BASE
    if currency not in org.setup.currencies:
        problems.append(Problem("BDC_1119", f"billCurrency: {currency} is not supported", "billCurrency", currency))
    if own_id and currency != org.currency_of(own_id) and org.store.of_vendors("bill", [own_id]):
        problems.append(Problem("BDC_1143", "billCurrency: the vendor has bills in another currency", "billCurrency"))
    address = values["address"]
    code = address.get("zipOrPostalCode", "")
    if org.switches.check_zip and address.get("country") == "US" and not ZIP.fullmatch(code):
        problems.append(Problem("BDC_1119", "address.zipOrPostalCode: is no US ZIP code", "zipOrPostalCode", code))
    if org.switches.duplicate_vendors == "refuse" and _is_taken(org, values["name"], own_id):
        problems.append(Problem("BDC_1143", "name: a vendor with this name exists", "name", values["name"]))
    if problems:
        raise Refused(problems)


def _is_taken(org: Org, name: str, own_id: str) -> bool:
    return any(one.fields["name"] == name and one.id != own_id for one in org.store.all("vendor"))


def _check_trust(call: Call, values: Json) -> None:
    """Switching on automatic payment takes a trusted session."""
    if values.get("autoPay", {}).get("enabled"):
        call.sessions.require_trust(call.session)


def _set_archived(call: Call, *, archived: bool) -> Response:
    record = _record(call)
    if record.archived is not archived:
        call.org.change(record, archived=archived)
        tell(call.org, "vendor.archived" if archived else "vendor.restored", record)
    return _done(call, record)


def _record(call: Call) -> Record:
    return call.org.record("vendor", call.ids[0])


def _done(call: Call, record: Record) -> Response:
    return done(shown(call.org, record, record.now))


def _clean(value: Any) -> Any:
    return present(value) if isinstance(value, dict) else value
