"""What an organization of the sandbox has from its start: accounts, departments, locations, a bank, a policy."""

from integrations.connectors.billcom.simulator.classifications import KINDS, make
from integrations.connectors.billcom.simulator.identities import APPROVER, DEFAULT_ORG, SECOND_APPROVER
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.policies import AMOUNT
from integrations.connectors.billcom.simulator.policies import make as make_policy

ACCOUNTS = (
    ("1000", "Operating Checking", "BANK"),
    ("1090", "Money Out Clearing", "OTHER_CURRENT_ASSET"),
    ("1300", "Inventory", "OTHER_CURRENT_ASSET"),
    ("1350", "Recoverable Input Tax", "OTHER_CURRENT_ASSET"),
    ("1500", "Machinery and Equipment", "FIXED_ASSET"),
    ("2000", "Accounts Payable", "ACCOUNTS_PAYABLE"),
    ("2100", "Received Not Vouchered", "OTHER_CURRENT_LIABILITY"),
    ("5000", "Cost of Goods Sold", "COST_OF_GOODS_SOLD"),
    ("6100", "Freight In", "EXPENSE"),
    ("6200", "Repairs and Maintenance", "EXPENSE"),
    ("6300", "Office Supplies", "EXPENSE"),
    ("6400", "Software and Subscriptions", "EXPENSE"),
    ("6500", "Professional Fees", "EXPENSE"),
    ("6600", "Travel", "EXPENSE"),
    ("6700", "Utilities", "EXPENSE"),
    ("6800", "Advertising", "EXPENSE"),
    ("7900", "Exchange Differences", "OTHER_EXPENSE"),
)
CLEARING, PAYABLE = "1090", "2000"
DEPARTMENTS = ("Production", "Sales", "Finance", "Logistics", "Information Technology", "Marketing", "Engineering")
LOCATIONS = ("Denver Plant", "Memphis Warehouse", "Rotterdam Branch", "Head Office")
BANK = {
    "status": "VERIFIED",
    "bankName": "Sandbox Bank",
    "nameOnAccount": "Operating",
    "accountNumber": "*******1111",
    "routingNumber": "074000010",
    "type": "CHECKING",
    "ownerType": "BUSINESS",
    "default": {"payables": True, "receivables": False},
}
POLICIES = (
    ("From 10,000: two approvers", "10000", [APPROVER.id, SECOND_APPROVER.id]),
    ("From 1,000", "1000", [APPROVER.id]),
)


def fill(org: Org) -> None:
    """Fill a new organization; a bare one gets nothing."""
    if org.setup.is_bare:
        return
    for number, name, kind in ACCOUNTS:
        values = {"name": name, "account": {"type": kind, "number": number}}
        record = make(org, KINDS["chart-of-accounts"], values)
        if number == CLEARING:
            org.clearing_account = record.id
        elif number == PAYABLE:
            org.payable_account = record.id
    for path, names in (("departments", DEPARTMENTS), ("locations", LOCATIONS)):
        for name in names:
            make(org, KINDS[path], {"name": name})
    org.make("bankAccount", {**BANK, "createdBy": next(iter(org.users()))})
    org.make("paymentTerm", {"name": "Net 30", "dueDays": 30})
    if org.id == DEFAULT_ORG:
        for name, amount, approvers in POLICIES:
            rule = {"key": AMOUNT, "op": "gte", "values": [amount]}
            org.policies.append(make_policy(org, {"policyName": name, "rules": [rule], "approvers": approvers}))
