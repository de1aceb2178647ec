"""The choices that this pair offers beside the engine's own, each with its consequence."""

from integrations.contracts import PolicyField

POLICIES = (
    PolicyField(
        name="bills_come_from",
        flow="bills",
        label="The bill of a purchase comes from",
        choices=(
            (
                "purchase_orders",
                "Its approved order. The supplier's invoice, once entered in JD Edwards, takes the unpaid bill over. "
                "Invoices that name no order become bills themselves.",
            ),
            (
                "receipts",
                "Each receipt of the order. Its supplier invoices are only held in JD Edwards, and are paid there when "
                "BILL paid the receipts.",
            ),
            ("supplier_invoices", "The supplier's invoice alone. Orders and receipts make no bill."),
        ),
    ),
    PolicyField(
        name="held_pay_status",
        flow="bills",
        label="Pay status of vouchers that BILL pays",
        choices=(
            ("B", "B, which you add to the user defined code 00/PS: JD Edwards' payment run leaves it out."),
            ("H", "H, held: the voucher also looks like one in dispute."),
        ),
    ),
    PolicyField(
        name="debit_memos",
        flow="bills",
        label="Debit memos of suppliers",
        choices=(
            ("vendor_credits", "They become vendor credits in BILL, to be used when bills are paid."),
            ("leave", "They stay in JD Edwards and are settled there."),
        ),
    ),
    PolicyField(
        name="other_currency",
        flow="bills",
        label="Documents in another currency than their vendor's in BILL",
        choices=(
            ("leave", "They stay in JD Edwards and are paid there; the trail says so."),
            ("park", "They are parked: somebody decides."),
        ),
    ),
    PolicyField(
        name="incomplete_suppliers",
        flow="bills",
        label="Purchases of suppliers whose address is not whole in JD Edwards",
        choices=(
            (
                "park",
                "They are parked under one problem for each supplier, and become bills by themselves once its address "
                "is entered.",
            ),
            ("leave", "They stay in JD Edwards and are paid there; the trail says so."),
        ),
    ),
    PolicyField(
        name="voided_before_posting",
        flow="bills",
        label="Orders and invoices cancelled or voided before they had a bill",
        choices=(
            ("skip", "They never reach BILL."),
            ("both", "A bill is made and archived at once, so that BILL shows every number."),
        ),
    ),
    PolicyField(
        name="post_payments_at",
        flow="payments",
        label="A payment is booked when it is",
        choices=(
            ("PROCESSED", "Processed: BILL has taken the money."),
            ("SENT", "Sent to the vendor."),
            ("CLEARED", "Cleared. An ACH payment can fail even then."),
        ),
    ),
    PolicyField(
        name="book_payments_as",
        flow="payments",
        label="Payments are booked in JD Edwards as",
        choices=(
            (
                "pay",
                "Payments of the voucher, which it closes; an order without a voucher gets one, entered as paid.",
            ),
            (
                "journal",
                "Journal entries. The voucher stays open: payables no longer agree with their control account until "
                "somebody closes it by hand.",
            ),
        ),
    ),
)
