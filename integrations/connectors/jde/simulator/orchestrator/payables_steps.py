"""Steps of the orchestrations for accounts payable."""

from datetime import date

from integrations.connectors.jde.simulator.erp import payments, voids, vouchers
from integrations.connectors.jde.simulator.erp.accounts import require_company, require_currency, resolve
from integrations.connectors.jde.simulator.erp.ledger import ZERO
from integrations.connectors.jde.simulator.erp.payment_entries import Applied
from integrations.connectors.jde.simulator.erp.payments import CLOSED, MANUAL, Payment
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.erp.vouchers import Voucher
from integrations.connectors.jde.simulator.orchestrator.run import CREATED, DUPLICATE, Run, item_of
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

SYSTEM_STATUSES = (CLOSED, "#")


def add_voucher(run: Run) -> Json:
    """Add a voucher, once per reference; with `paid`, its payment too."""
    found = [row for row in run.find("F0411", VR01=run.reference) if row["DCT"] != "PE"]
    if found:
        paid = run.find("F0414", DOC=found[0]["DOC"], DCT=found[0]["DCT"], KCO=found[0]["KCO"], DCTM="PN")
        outputs = {"paymentId": paid[0]["PYID"]} if paid else {}
        return run.answer(DUPLICATE, found[0]["ICU"], found[0]["ICUT"], **_keys(found[0]), **outputs)
    inputs = run.inputs
    company, currency = inputs["company"], inputs["currencyCode"]
    require_company(run.enterprise, company)
    require_currency(run.enterprise, currency)
    bank = _bank_of_paid(run) if inputs["paid"] else None
    rate = run.rate(currency, company, inputs["invoiceDate"])
    voucher = Voucher(
        supplier=inputs["supplier"],
        company=company,
        invoice=inputs["supplierInvoice"],
        invoice_date=inputs["invoiceDate"],
        day=inputs["glDate"],
        due=inputs["dueDate"],
        currency=currency,
        rate=rate,
        gross=run.amount("grossAmount", inputs["grossAmount"], currency),
        tax=run.amount("taxAmount", inputs["taxAmount"] or ZERO, currency),
        lines=run.lines(currency, company, rate),
        reference=run.reference,
        remark=inputs["sourceId"],
    )
    if bank is not None and voucher.gross < 0:
        refuse("Payment Not Possible", "A debit memo cannot be entered as paid.", "paid")
    document, batch, warnings = vouchers.enter(run.enterprise, voucher, run.user)
    run.warnings += warnings
    kind, number = document.record, int(document.number)
    items = run.enterprise.store["F0411"].find(DOC=number, DCT=kind, KCO=company)
    outputs = {}
    if bank is not None:
        paid = inputs["paid"]
        applied = [Applied(item=items[0], amount=voucher.gross)]
        outputs["paymentId"] = _pay(run, items[0]["PYE"], paid, paid["paymentDate"], bank, currency, applied)
    return run.answer(CREATED, batch, vouchers.BATCH_TYPE, **_keys(items[0]), **outputs)


def record_payment(run: Run) -> Json:
    """Record a payment, once per reference."""
    found = run.find("F0414", RMK=run.reference, DCTM="PN")
    if found:
        payment = run.enterprise.store["F0413"].find(PYID=found[0]["PYID"])[0]
        return _payment_answer(run, DUPLICATE, payment)
    inputs = run.inputs
    currency = inputs["currencyCode"]
    require_currency(run.enterprise, currency)
    applied = [
        Applied(
            item=item_of(run, {"payItem": "001", **{k: v for k, v in one.items() if v is not None}})[0],
            amount=run.amount("amount", one["amount"], currency),
            discount=run.amount("discount", one["discount"] or ZERO, currency),
        )
        for one in inputs["applyTo"]
    ]
    bank = _bank(run, inputs["bankAccountId"])
    payment_id = _pay(run, inputs["payee"], inputs, inputs["glDate"], bank, currency, applied)
    return _payment_answer(run, CREATED, run.enterprise.store["F0413"].find(PYID=payment_id)[0])


def set_pay_status(run: Run) -> Json:
    """Set the pay status of open pay items, once per reference."""
    status, items = run.inputs["payStatus"], item_of(run, run.inputs)
    outputs = {name: value for name, value in _keys(items[0]).items() if name != "payItem"}
    if run.find("F0411", RMK=run.reference, DOC=items[0]["DOC"]):
        return run.answer(DUPLICATE, None, "", payStatus=items[0]["PST"], previousPayStatus=items[0]["PST"], **outputs)
    if run.enterprise.store["F0005"].first(SY="00", RT="PS", KY=status) is None or status in SYSTEM_STATUSES:
        text = f"Pay status {status} is not in user defined code 00/PS, or is set by the system alone."
        refuse("Pay Status Invalid", text, "payStatus")
    if any(item["PST"] in SYSTEM_STATUSES or item["VOD"] == "V" for item in items):
        refuse("Pay Item Not Open", f"The pay status is {items[0]['PST']} and cannot be changed.", "payStatus")
    before = items[0]["PST"]
    for item in items:
        run.enterprise.store["F0411"].change(item, run.user, "P0411S", PST=status, RMK=run.reference)
    document = f"{items[0]['DCT']}-{items[0]['DOC']}-{items[0]['KCO']}"
    run.enterprise.notes.setdefault(document, {})["reason"] = run.inputs["reason"] or ""
    return run.answer(CREATED, None, "", payStatus=status, previousPayStatus=before, **outputs)


def void_payment(run: Run) -> Json:
    """Void a payment, once per reference."""
    inputs = run.inputs
    if run.find("F0414", RMK=run.reference, DCTM="PO"):
        return run.answer(DUPLICATE, None, MANUAL, paymentId=inputs["paymentId"])
    payment = run.enterprise.store["F0413"].first(PYID=inputs["paymentId"])
    if payment is None:
        refuse("Payment Not Found", f"No payment {inputs['paymentId']}.", "paymentId")
    batch, warnings = voids.void_payment(
        run.enterprise, payment, inputs["voidDate"], inputs["glDate"], run.reference, run.user
    )
    run.warnings += warnings
    return run.answer(CREATED, batch, MANUAL, paymentId=payment["PYID"])


def void_voucher(run: Run) -> Json:
    """Void a voucher, once per reference."""
    found = run.find("F0411", VR01=run.reference, DCT="PE")
    items = item_of(run, run.inputs)
    outputs = {name: value for name, value in _keys(items[0]).items() if name != "payItem"}
    if found:
        return run.answer(DUPLICATE, found[0]["ICU"], found[0]["ICUT"], **outputs)
    batch, warnings = voids.void_voucher(run.enterprise, items, run.inputs["glDate"], run.reference, run.user)
    run.warnings += warnings
    return run.answer(CREATED, batch, vouchers.BATCH_TYPE, **outputs)


def _keys(item: Row) -> Json:
    return {
        "documentNumber": item["DOC"],
        "documentType": item["DCT"],
        "documentCompany": item["KCO"],
        "payItem": item["SFX"],
    }


def _bank(run: Run, text: str) -> Row:
    """Find the bank account, which is named by its short id."""
    if len(text) != 8 or not text.isdecimal():
        refuse("Bank Account Invalid", f"Bank account {text} is not a short account id of 8 digits.", "bankAccountId")
    return resolve(run.enterprise, text)


def _bank_of_paid(run: Run) -> Row:
    """Give the bank account of a voucher entered as paid, after all that could refuse its payment later."""
    paid = run.inputs["paid"]
    bank = _bank(run, paid["bankAccountId"])
    if bank["CO"] != run.inputs["company"]:
        refuse("Company Does Not Match", "A voucher is paid from a bank account of its own company.", "bankAccountId")
    currency, number = run.inputs["currencyCode"], _number(paid["paymentNumber"])
    payments.require_possible(run.enterprise, bank, paid["paymentDate"], currency, number)
    return bank


def _number(text: str | None) -> int | None:
    if text is not None and not text.isdecimal():
        refuse("Payment Number Invalid", f"Payment number {text} is not numeric.", "paymentNumber")
    return None if text is None else int(text)


def _pay(run: Run, payee: int, paid: Json, day: date, bank: Row, currency: str, applied: list[Applied]) -> int:
    payment = Payment(
        payee=payee,
        number=_number(paid["paymentNumber"]),
        on=paid["paymentDate"],
        day=day,
        bank=bank,
        currency=currency,
        applied=applied,
        remark=run.reference,
    )
    document, _, warnings = payments.enter(run.enterprise, payment, run.user)
    run.warnings += warnings
    return int(document.id.partition("-")[2])


def _payment_answer(run: Run, result: str, payment: Row) -> Json:
    outputs = {"paymentId": payment["PYID"], "matchingDocument": payment["DOCM"]}
    return run.answer(result, payment["ICU"], payment["ICUT"], **outputs)
