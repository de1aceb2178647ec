"""What becomes of a generated invoice: one function per story, told step by step on the calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from integrations.connectors.chargebee.simulator import acts, credits, invoices, payments
from integrations.connectors.chargebee.simulator.calendar import Calendar
from integrations.connectors.chargebee.simulator.persons import Person
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One invoice, its customer, and the calendar its future is planned on."""

    calendar: Calendar
    person: Person
    invoice_id: str
    dice: Random

    @property
    def site(self) -> Site:
        """The site it happens on."""
        return self.calendar.site

    @property
    def invoice(self) -> Json:
        """The invoice as it stands."""
        return self.site.get("invoices", self.invoice_id)

    @property
    def open_amount(self) -> int:
        """What can still be collected; nothing of a voided or deleted invoice."""
        gone = self.invoice["status"] in ("voided", "pending") or self.invoice["deleted"]
        return 0 if gone else self.invoice["amount_to_collect"]

    def pay(self, share_pct: int = 100, method: str = "", status: str = "success") -> Json | None:
        """Pay a share of what is open; None if that is nothing."""
        amount = self.open_amount * share_pct // 100
        if amount <= 0:
            return None
        way = method or {"card": "card", "bank": "bank_transfer", "debit": "direct_debit"}[self.person.collects]
        return payments.record_payment(self.site, {self.invoice_id: amount}, method=way, status=status)


def paid_as_usual(story: Story) -> None:
    """Cards pay at once, debits after four days in progress, transfers when people get round to it."""
    if story.person.collects == "card":
        story.pay()
    elif story.person.collects == "debit":
        _debit(story)
    else:
        story.calendar.after(story.dice.randint(3, 40), story.pay)


def paid_in_parts(story: Story) -> None:
    """Two transfers; the second may still be to come."""
    story.calendar.after(6, lambda: story.pay(40, "bank_transfer"))
    story.calendar.after(20, lambda: story.pay(100, "check"))


def paid_in_part(story: Story) -> None:
    """Some of it is paid, and no more comes."""
    story.calendar.after(7, lambda: story.pay(60, "bank_transfer"))


def paid_together(story: Story) -> None:
    """One transfer pays all that the payer owes by then."""
    story.calendar.after(45, lambda: _pay_all(story))


def dunned(story: Story) -> None:
    """A declined card, tried again, paid at the third attempt."""
    _fail(story)
    story.calendar.after(3, lambda: _fail(story))
    story.calendar.after(6, lambda: story.pay(100, "card"))


def unpaid(story: Story) -> None:
    """Declined until dunning gives up."""
    _fail(story)
    story.calendar.after(3, lambda: _fail(story))
    story.calendar.after(9, lambda: _fail(story, last=True))


def in_progress(story: Story) -> None:
    """A direct debit that the bank has not settled yet."""
    story.pay(100, "direct_debit", "in_progress")


def voided(story: Story) -> None:
    """Sent by mistake, voided some days later."""
    story.calendar.after(story.dice.randint(2, 9), lambda: _void(story))


def deleted(story: Story) -> None:
    """A duplicate, deleted the next day."""
    story.calendar.after(1, lambda: _delete(story))


def written_off(story: Story) -> None:
    """Never paid; written off after a month."""
    unpaid(story)
    story.calendar.after(30, lambda: story.open_amount and credits.write_off(story.site, story.invoice_id))


def waived_in_part(story: Story) -> None:
    """A part is waived, the rest is paid."""
    story.calendar.after(4, lambda: _adjust(story, 30))
    story.calendar.after(9, lambda: story.pay(100, "bank_transfer"))


def waived(story: Story) -> None:
    """All of it is waived: paid, and yet no money came."""
    story.calendar.after(5, lambda: _adjust(story, 100))


def bounced(story: Story) -> None:
    """A debit succeeds and bounces days later; some pay again by transfer."""
    _debit(story, lambda payment_id: story.calendar.after(6, lambda: _bounce(story, payment_id, reversal=False)))


def reversed_(story: Story) -> None:
    """The same, and the money going back is a transaction of its own."""
    _debit(story, lambda payment_id: story.calendar.after(6, lambda: _bounce(story, payment_id, reversal=True)))


def refunded(story: Story) -> None:
    """Paid, credited in full or in part, and the money given back."""
    _pay_then(story, lambda payment_id: _refund(story, payment_id, story.dice.choice((100, 100, 35)), "Other"))


def charged_back(story: Story) -> None:
    """The cardholder's bank takes the money back."""
    _pay_then(story, lambda payment_id: _refund(story, payment_id, 100, "Chargeback", "chargeback"))


def credited(story: Story) -> None:
    """Paid and credited in part; the credit waits for the customer's next invoice."""
    _pay_then(story, lambda _: _keep_for_next(story, _credit(story, 40)))


def credit_kept(story: Story) -> None:
    """Paid and credited in part, dated back; nobody has used the credit yet."""
    _pay_then(story, lambda _: _credit(story, 25, dated_back=True))


def credit_voided(story: Story) -> None:
    """A credit made by mistake and voided, with its amount still on it."""
    _pay_then(story, lambda _: _void_credit(story))


def overpaid(story: Story) -> None:
    """The transfer is more than was asked for; the rest waits for the next invoice."""
    story.calendar.after(11, lambda: story.person.excess.extend(_overpay(story)))


def excess_kept(story: Story) -> None:
    """The transfer is more than was asked for; nobody has decided yet what the rest is for."""
    story.calendar.after(10, lambda: _overpay(story))


def overpaid_and_returned(story: Story) -> None:
    """The transfer is more than was asked for; the rest is sent back."""
    story.calendar.after(12, lambda: story.calendar.after(3, partial(_give_back, story, _overpay(story))))


def withheld(story: Story) -> None:
    """The customer withholds tax and pays the rest."""
    story.calendar.after(14, lambda: _withhold(story))


def unsure(story: Story) -> None:
    """A payment whose outcome nobody knows yet."""
    story.pay(100, "card", "needs_attention")


def taken_off(story: Story) -> None:
    """Paid, and the payment taken off again: the money stays on account, the invoice is open."""
    story.calendar.after(8, lambda: _take_off(story))


def voided_paid(story: Story) -> None:
    """Paid, freed of its payment, and voided: the money stays on account."""
    story.calendar.after(8, lambda: _take_off(story, then=lambda: _void(story)))


def charged_back_and_won(story: Story) -> None:
    """The cardholder's bank takes the money back, and gives it again when the dispute is won."""
    _pay_then(
        story,
        lambda payment_id: story.calendar.after(20, partial(acts.win_chargeback, story.site, _back(story, payment_id))),
    )


def credit_deleted(story: Story) -> None:
    """Store credit given by mistake and deleted unused; the invoice is paid as usual."""
    person = story.invoice["customer_id"]
    note = credits.give_store_credit(story.site, person, story.invoice["currency_code"], 500)
    story.calendar.after(3, lambda: credits.delete_note(story.site, note["id"]))
    paid_as_usual(story)


def left_alone(story: Story) -> None:
    """Nothing happens: an invoice inside its terms, a pending one, one of zero."""


def closed_later(story: Story) -> None:
    """A pending invoice is closed after five days and paid as usual."""
    story.calendar.after(5, lambda: _close(story))


STORIES: dict[str, Callable[[Story], None]] = {
    "usual": paid_as_usual,
    "parts": paid_in_parts,
    "part_open": paid_in_part,
    "together": paid_together,
    "dunned": dunned,
    "unpaid": unpaid,
    "in_progress": in_progress,
    "voided": voided,
    "deleted": deleted,
    "written_off": written_off,
    "waived_in_part": waived_in_part,
    "waived": waived,
    "bounced": bounced,
    "reversed": reversed_,
    "refunded": refunded,
    "charged_back": charged_back,
    "credited": credited,
    "credit_kept": credit_kept,
    "credit_voided": credit_voided,
    "overpaid": overpaid,
    "excess_kept": excess_kept,
    "returned": overpaid_and_returned,
    "withheld": withheld,
    "unsure": unsure,
    "taken_off": taken_off,
    "voided_paid": voided_paid,
    "charged_back_and_won": charged_back_and_won,
    "credit_deleted": credit_deleted,
    "zero": left_alone,
    "pending": left_alone,
    "closed_later": closed_later,
    "posted": left_alone,
    "due": left_alone,
    "store_credit": paid_as_usual,
    "prepaid": paid_as_usual,
}


def _debit(story: Story, then: Callable[[str], object] = lambda _: None) -> None:
    payment = story.pay(100, "direct_debit", "in_progress")
    if payment is None:
        return
    payment_id = payment["id"]

    def settle() -> None:
        payments.settle_payment(story.site, payment_id, "success")
        then(payment_id)

    story.calendar.after(4, settle)


def _pay_all(story: Story) -> None:
    payer = story.invoice.get("payment_owner") or story.invoice["customer_id"]
    owed = {
        one["id"]: one["amount_to_collect"]
        for one in story.site.every("invoices")
        if (one.get("payment_owner") or one["customer_id"]) == payer and _is_open(one)
    }
    if owed:
        payments.record_payment(story.site, owed, method="bank_transfer")


def _is_open(invoice: Json) -> bool:
    return invoice["status"] in invoices.OPEN and not invoice["deleted"] and invoice["amount_to_collect"] > 0


def _fail(story: Story, *, last: bool = False) -> None:
    if story.open_amount > 0 and story.invoice["status"] in invoices.OPEN:
        payments.fail_payment(story.site, story.invoice_id, last=last)


def _void(story: Story) -> None:
    invoice = story.invoice
    if invoice["status"] in invoices.OPEN and invoice["amount_due"] == invoice["total"]:
        invoices.void_invoice(story.site, story.invoice_id)


def _delete(story: Story) -> None:
    linked = ("linked_payments", "applied_credits", "issued_credit_notes", "adjustment_credit_notes")
    if not any(story.invoice[name] for name in linked):
        invoices.delete_invoice(story.site, story.invoice_id)


def _adjust(story: Story, share_pct: int) -> None:
    amount = story.open_amount * share_pct // 100
    if amount > 0:
        credits.adjust_invoice(story.site, story.invoice_id, amount)


def _bounce(story: Story, payment_id: str, *, reversal: bool) -> None:
    payments.late_fail(story.site, payment_id, reversal=reversal)
    if story.dice.random() < 0.4:
        story.calendar.after(10, lambda: story.pay(100, "bank_transfer"))


def _pay_then(story: Story, then: Callable[[str], object]) -> None:
    payment = story.pay(100, "card")
    if payment:
        payment_id = payment["id"]
        story.calendar.after(story.dice.randint(5, 12), lambda: then(payment_id))


def _credit(story: Story, share_pct: int, reason: str = "Other", *, dated_back: bool = False) -> str:
    amount = max(1, story.invoice["amount_paid"] * share_pct // 100)
    note = credits.credit_invoice(story.site, story.invoice_id, amount, reason, dated_back=dated_back)
    return str(note["id"])


def _keep_for_next(story: Story, note_id: str) -> None:
    if story.invoice["customer_id"] == story.person.id:
        story.person.notes.append(note_id)


def _refund(story: Story, payment_id: str, share_pct: int, reason: str, method: str = "") -> None:
    note_id = _credit(story, share_pct, "Service Unsatisfactory" if reason == "Other" else reason)
    amount = story.site.get("credit_notes", note_id)["amount_available"]
    credits.refund_note(story.site, note_id, amount, method=method, payment_id=payment_id)


def _back(story: Story, payment_id: str) -> str:
    """Charge a payment back in full and give the refund's id."""
    note_id = _credit(story, 100, "Chargeback")
    amount = story.site.get("credit_notes", note_id)["amount_available"]
    refund = credits.refund_note(story.site, note_id, amount, method="chargeback", payment_id=payment_id)
    return str(refund["id"])


def _take_off(story: Story, then: Callable[[], object] = lambda: None) -> None:
    """Pay by transfer; two days later take the payment off again."""
    payment = story.pay(100, "bank_transfer")
    if payment is None:
        return
    payment_id = payment["id"]

    def off() -> None:
        acts.take_off(story.site, payment_id, story.invoice_id)
        then()

    story.calendar.after(2, off)


def _void_credit(story: Story) -> None:
    note_id = _credit(story, 60, "Order Cancellation")
    story.calendar.after(2, lambda: credits.void_note(story.site, note_id))


def _overpay(story: Story) -> list[str]:
    """Pay a quarter too much; give the payment's id if it is the customer's own."""
    amount = story.open_amount
    if amount <= 0:
        return []
    more = amount + max(1, amount // 4)
    payment = payments.record_payment(story.site, {story.invoice_id: amount}, amount=more, method="bank_transfer")
    return [payment["id"]] if payment["customer_id"] == story.person.id else []


def _give_back(story: Story, payment_ids: list[str]) -> None:
    for payment_id in payment_ids:
        unused = story.site.get("transactions", payment_id)["amount_unused"]
        if unused:
            payments.refund_excess(story.site, payment_id, unused)


def _withhold(story: Story) -> None:
    amount = story.open_amount // 10
    if amount > 0:
        invoices.withhold_tax(story.site, story.invoice_id, amount, f"WHT-{story.invoice_id}")
        story.pay(100, "bank_transfer")


def _close(story: Story) -> None:
    invoices.close_pending(story.site, story.invoice_id)
    paid_as_usual(story)
