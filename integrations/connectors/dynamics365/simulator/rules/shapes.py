"""The three kinds of journals seen alike: which property of each line set says what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Property names of one line set; an empty name means that it has no such property."""

    lines: str
    headers: str
    journal_type: str
    date: str
    currency: str
    rate: str
    account: str
    dimensions: str
    offset_dimensions: str = ""
    text: str
    invoice: str
    document: str
    reference: str = ""
    method: str = ""
    account_types: tuple[str, ...] = ("Cust",)


GENERAL = Shape(
    lines="LedgerJournalLines",
    headers="LedgerJournalHeaders",
    journal_type="Daily",
    date="TransDate",
    currency="CurrencyCode",
    rate="ExchRate",
    account="AccountDisplayValue",
    dimensions="DefaultDimensionDisplayValue",
    offset_dimensions="OffsetDefaultDimensionDisplayValue",
    text="Text",
    invoice="Invoice",
    document="Document",
    reference="PaymentReference",
    method="PaymentMethod",
    account_types=("Ledger", "Cust", "Bank"),
)

PAYMENT = Shape(
    lines="CustomerPaymentJournalLines",
    headers="CustomerPaymentJournalHeaders",
    journal_type="CustPayment",
    date="TransactionDate",
    currency="CurrencyCode",
    rate="ExchangeRate",
    account="AccountDisplayValue",
    dimensions="DefaultDimensionsForAccountDisplayValue",
    offset_dimensions="DefaultDimensionsForOffsetAccountDisplayValue",
    text="TransactionText",
    invoice="",
    document="",
    reference="PaymentReference",
    method="PaymentMethodName",
)

INVOICE = Shape(
    lines="GeneralLedgerCustInvoiceJournalLines",
    headers="GeneralLedgerCustInvoiceJournalHeaders",
    journal_type="Daily",
    date="InvoiceDate",
    currency="Currency",
    rate="ExchRate",
    account="CustomerAccountDisplayValue",
    dimensions="DefaultDimensionDisplayValue",
    text="TransactionText",
    invoice="InvoiceId",
    document="DocumentNumber",
    method="MethodOfPayment",
)

SHAPES = {one.lines: one for one in (GENERAL, PAYMENT, INVOICE)}
BY_HEADER = {one.headers: one for one in SHAPES.values()}
