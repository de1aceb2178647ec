"""What the conformance suite needs to know of JD Edwards: drafts for its sinks, and how connections go wrong."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.jde.records import external_ref
from integrations.connectors.jde.tests.kit import DAY, Bench, bank_of, supplier_of
from integrations.contracts import Draft, Facts, Session
from integrations.sandbox.conformance import (
    Conformance,
    Ground,
    Misconfiguration,
    Rule,
    Setting,
    Trial,
    doubled,
    short,
    with_value,
)
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

SLUG = "jde"


class Kit:
    """A supplier, a bank account, and drafts of the kit."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.bench = Bench(world=world, port=0, opened=ExitStack())
        if not self.bench.documents("supplier"):
            self.bench.control("POST generate", seed=1, suppliers=4, orders=4, invoices=4)
        self.supplier = supplier_of(session)
        self.bank = bank_of(session)

    def voucher(self, key: str) -> str:
        """Book a voucher and give its id."""
        return self.session.sink("vouchers").book(a_voucher(self, f"V-{short(key)}")).external_id


def named(draft: Draft, key: str) -> Draft:
    """Give the draft for another record of the source."""
    return replace(draft, key=key, reference=external_ref("C", "t1", draft.sink, key))


def figures(key: str) -> str:
    """Give a payment number that only this key has."""
    return str(10_000_000 + int(short(key), 16) % 89_999_999)


def a_journal(kit: Kit, key: str) -> Draft:
    return named(kit.bench.journal(), key)


def an_address(kit: Kit, key: str) -> Draft:
    return named(kit.bench.customer(f"Labs {short(key)}"), key)


def a_voucher(kit: Kit, key: str) -> Draft:
    return named(kit.bench.voucher(kit.supplier, number=f"R-{short(key)}"), key)


def a_payment(kit: Kit, key: str) -> Draft:
    draft = kit.bench.payment(kit.voucher(key), kit.supplier, "100.00", kit.bank, number=figures(key))
    return named(draft, key)


def on_voucher(kit: Kit, sink: str, key: str, **more: object) -> Draft:
    """Make a draft that acts on a voucher which stands."""
    voucher = kit.voucher(key)
    kind, number, company = voucher.split("-")
    values = {"documentType": kind, "documentNumber": number, "documentCompany": company, **more}
    return named(kit.bench.draft(sink, values, Facts(), external_id=voucher, operation=sink), key)


def a_pay_status(kit: Kit, key: str) -> Draft:
    return on_voucher(kit, "pay_status", key, payStatus="B", reason="Paid by BILL")


def a_voided_voucher(kit: Kit, key: str) -> Draft:
    return on_voucher(kit, "void_voucher", key, glDate=DAY)


def a_voided_payment(kit: Kit, key: str) -> Draft:
    payment = kit.session.sink("payments").book(a_payment(kit, f"P-{short(key)}")).external_id
    values = {"paymentId": payment.partition("-")[2], "voidDate": DAY, "glDate": DAY}
    return named(kit.bench.draft("void_payment", values, Facts(), external_id=payment, operation="void"), key)


def a_settlement(kit: Kit, key: str) -> Draft:
    amount = Decimal("100.00")
    bill = {"source": kit.voucher(key), "amount": amount, "total": Decimal("250.00"), "invoiceDate": DAY}
    values = {
        "paymentNumber": figures(key),
        "paymentDate": DAY,
        "glDate": DAY,
        "bankAccountId": kit.bank,
        "currencyCode": "USD",
        "bills": [bill],
    }
    facts = Facts(currency="USD", total=amount, date=DAY)
    return named(kit.bench.draft("settlements", values, facts, operation="pay"), key)


def namesakes(ground: Ground, draft: Draft) -> set[str]:
    """Let two others of the same name stand: our references are unique, so only people's entries can double."""
    return {ground.book(named(draft, f"{draft.key}-{number}")) for number in (1, 2)}


def alike(ground: Ground, draft: Draft) -> set[str]:
    """Let two payments of the same voucher, amount and day stand as people enter them: without a reference of ours."""
    keys = [f"{draft.key}-{number}" for number in (1, 2)]
    booked = {ground.book(named(with_value(draft, "paymentNumber", figures(key)), key)) for key in keys}
    for payment in booked:
        number = int(payment.partition("-")[2])
        ground.kit.bench.control("POST act", do="enter_remark", payment=number, remark="By hand")
    return booked


def orchestration(name: str) -> Rule:
    return {"method": "POST", "path": f"/orchestrator/{name}"}


TRIALS = (
    Trial(
        sink="journal_entries", draft=a_journal, write=orchestration("MLC_GL_ADD_JE"),
        refused=Setting("lines.0.account", "1.9999"), refused_field="account", texts=("explanation", "lines.0.remark"),
        twins=doubled,
    ),
    Trial(
        sink="address_book", draft=an_address, write=orchestration("MLC_AB_UPSERT_CUSTOMER"),
        refused=Setting("currencyCode", "XXX"), refused_field="currencyCode", texts=("alphaName", "city"),
        named="alphaName", twins=namesakes, is_moved_by_tampering=False,
    ),
    Trial(
        sink="vouchers", draft=a_voucher, write=orchestration("MLC_AP_ADD_VOUCHER"),
        refused=Setting("supplier", "99999999"), refused_field="supplier", texts=("supplierInvoice",), twins=doubled,
    ),
    Trial(
        sink="payments", draft=a_payment, write=orchestration("MLC_AP_RECORD_PAYMENT"),
        refused=Setting("bankAccountId", "99999999"), refused_field="account", twins=alike,
    ),
    Trial(
        sink="pay_status", draft=a_pay_status, write=orchestration("MLC_AP_SET_PAY_STATUS"),
        refused=Setting("payStatus", "never"), refused_field="payStatus", texts=("reason",),
        acts_on_standing=True, altered=None,
    ),
    Trial(
        sink="void_payment", draft=a_voided_payment, write=orchestration("MLC_AP_VOID_PAYMENT"),
        refused=Setting("voidDate", "tomorrow"), refused_field="voidDate", acts_on_standing=True, altered=None,
    ),
    Trial(
        sink="void_voucher", draft=a_voided_voucher, write=orchestration("MLC_AP_VOID_VOUCHER"),
        refused=Setting("glDate", "tomorrow"), refused_field="glDate", acts_on_standing=True,
        altered=None,
    ),
    Trial(
        sink="settlements", draft=a_settlement, write=orchestration("MLC_AP_RECORD_PAYMENT"),
        refused=Setting("bills.0.source", "PV-99999999-00001"), refused_field="source", twins=alike,
    ),
)  # fmt: skip


def at(host: str) -> dict[str, str]:
    """Type another server."""
    return {"base_url": f"https://{host}.acme.example:9300"}


def user(name: str) -> dict[str, str]:
    """Type another user of the sandbox."""
    return {"username": name, "password": f"sandbox-{name}"}


def orchestrated(**change: object) -> Callable[[World], None]:
    """Import one orchestration otherwise than it should be."""
    return lambda world: control(world, SLUG, "POST orchestrations", name="MLC_GL_ADD_JE", **change)


def wrong(name: str, code: str, typed: dict[str, str]) -> Misconfiguration:
    return Misconfiguration(name=name, code=code, typed=typed)


MISCONFIGURATIONS = (
    wrong("not an AIS server", "jde_not_ais", at("ais-nowhere")),
    wrong("allowed hosts lack us", "jde_allowed_hosts", at("ais-hosts")),
    wrong("a server that takes no passwords", "jde_sign_in_refused", at("ais-nopassword")),
    wrong("a server without the data service", "jde_capability_missing", at("ais-nodata")),
    wrong("a JAS that is down", "jde_jas_down", at("ais-jasdown")),
    wrong("tools too old", "jde_tools_too_old", at("ais-old")),
    wrong("an unlicensed server", "jde_permission_missing", at("ais-unlicensed")),
    wrong("a wrong password", "jde_sign_in_refused", {"password": "wrong"}),
    wrong("a locked user", "jde_sign_in_refused", user("MLLOCKED")),
    wrong("an expired password", "jde_sign_in_refused", user("MLEXPIRED")),
    wrong("a user without payables", "jde_permission_missing", user("MLNOAP")),
    wrong("a user that sees no orchestrations", "jde_orchestration_missing", user("MLREAD")),
    Misconfiguration(
        name="an orchestration not imported", code="jde_orchestration_missing", seed=orchestrated(imported=False)
    ),
    Misconfiguration(
        name="an orchestration not shared", code="jde_orchestration_not_shared",
        seed=orchestrated(udoGroup="Pending Approval"),
    ),
    Misconfiguration(
        name="an orchestration of another format", code="jde_orchestration_differs",
        seed=orchestrated(inputFormat="JDE Standard"),
    ),
    Misconfiguration(
        name="an orchestration that passes errors over", code="jde_continue_on_error",
        seed=orchestrated(containsContinueOnError=True),
    ),
    Misconfiguration(
        name="an orchestration without an input", code="jde_orchestration_differs",
        seed=orchestrated(lacks=["glDate"]),
    ),
)  # fmt: skip
CONFORMANCE = Conformance(misconfigurations=MISCONFIGURATIONS, trials=TRIALS, kit=Kit)
