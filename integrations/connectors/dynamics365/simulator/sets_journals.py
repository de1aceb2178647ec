"""The journal sets: general, customer payment and customer invoice journals, and free text invoices."""

from integrations.connectors.dynamics365.simulator.schema import EntitySet, properties

_TO_LINES = (("dataAreaId", "dataAreaId"), ("JournalBatchNumber", "JournalBatchNumber"))
_NACHA = "NACHAIATReceivingDFIQualifier NACHAIATOriginatingDFIQualifier NACHAIATForeignExchangeReference"

GENERAL_HEADERS = EntitySet(
    name="LedgerJournalHeaders",
    type="LedgerJournalHeader",
    aot="LedgerJournalHeaderEntity",
    table="LedgerJournalTable",
    label="General journal header",
    is_writable=True,
    navigation={"LedgerJournalLine": ("LedgerJournalLines", _TO_LINES)},
    fields=properties(
        "dataAreaId*^ JournalBatchNumber*^ JournalName!^ Description PostingLayer:CurrentOperationsTax IsPosted:NoYes~ "
        "JournalTotalDebit:decimal~ JournalTotalCredit:decimal~ AccountingCurrency IntegrationKey "
        "OverrideSalesTax:NoYes"
    ),
)

GENERAL_LINES = EntitySet(
    name="LedgerJournalLines",
    type="LedgerJournalLine",
    aot="LedgerJournalLineEntity",
    table="LedgerJournalTrans",
    label="General journal line",
    is_writable=True,
    indexed=("JournalBatchNumber", "Voucher", "Document", "Invoice", "PaymentReference"),
    fields=properties(
        "dataAreaId*^ JournalBatchNumber*^ LineNumber:decimal*^ AccountType:LedgerJournalACType AccountDisplayValue "
        "OffsetAccountType:LedgerJournalACType OffsetAccountDisplayValue DefaultDimensionDisplayValue "
        "OffsetDefaultDimensionDisplayValue DebitAmount:decimal CreditAmount:decimal Quantity:decimal CurrencyCode! "
        "TransDate:date! Voucher Text OffsetText Document DocumentDate:date Invoice DueDate:date PaymentReference "
        "PaymentId PaymentMethod PostingProfile ExchRate:decimal ExchRateSecond:decimal "
        "ReportingCurrencyExchRate:decimal ReportingCurrencyExchRateSecondary:decimal SalesTaxGroup ItemSalesTaxGroup "
        "SalesTaxCode TaxExemptNumber OverrideSalesTax:NoYes ReverseEntry:NoYes ReverseDate:date CashDiscount "
        "CashDiscountAmount:decimal CashDiscountDate:date DiscountPercentage:decimal Company OffsetCompany "
        "FinTagDisplayValue OffsetFinTagDisplayValue IsWithholdingCalculationEnabled:NoYes ItemWithholdingTaxGroupCode "
        "ChineseVoucher ChineseVoucherType"
    ),
)

PAYMENT_HEADERS = EntitySet(
    name="CustomerPaymentJournalHeaders",
    type="CustomerPaymentJournalHeader",
    aot="CustomerPaymentJournalHeaderEntity",
    table="LedgerJournalTable",
    label="Customer payment journal header",
    is_writable=True,
    navigation={"CustomerPaymentJournalLineHeaderEntity": ("CustomerPaymentJournalLines", _TO_LINES)},
    fields=properties(
        "dataAreaId*^ JournalBatchNumber*^ JournalName!^ Description IsPosted:NoYes~ OverrideSalesTax:NoYes"
    ),
)

PAYMENT_LINES = EntitySet(
    name="CustomerPaymentJournalLines",
    type="CustomerPaymentJournalLine",
    aot="CustomerPaymentJournalLineEntity",
    table="LedgerJournalTrans",
    label="Customer payment journal line",
    is_writable=True,
    indexed=("JournalBatchNumber", "Voucher", "PaymentReference", "PaymentId", "MarkedInvoice"),
    fields=properties(
        "dataAreaId*^ JournalBatchNumber*^ LineNumber:decimal*^ TransactionDate:date! AccountType:LedgerJournalACType "
        "AccountDisplayValue! CreditAmount:decimal DebitAmount:decimal CurrencyCode! ExchangeRate:decimal "
        "SecondaryExchangeRate:decimal ReportingCurrencyExchRate:decimal ReportingCurrencyExchRateSecondary:decimal "
        "OffsetAccountType:LedgerJournalACType OffsetAccountDisplayValue OffsetCompany PaymentMethodName "
        "PaymentSpecification PaymentReference PaymentId TransactionText OffsetTransactionText PaymentNotes "
        "MarkedInvoice MarkedInvoiceCompany SettleVoucher:SettlementType IsPrepayment:NoYes PostingProfile TaxGroup "
        "TaxItemGroup OverrideSalesTax:NoYes DefaultDimensionsForAccountDisplayValue "
        "DefaultDimensionsForOffsetAccountDisplayValue FinTagDisplayValue OffsetFinTagDisplayValue Voucher Company "
        "CustomerName~ DepositNumber UseABankDepositSlip:NoYes BankTransactionType ThirdPartyBankAccountId "
        "CalculateWithholdingTax:NoYes CentralBankPurposeCode CentralBankPurposeText CentralBankImportDate:date "
        f"{_NACHA}"
    ),
)

SETTLED = EntitySet(
    name="PaymentJournalLineSettledInvoices",
    type="PaymentJournalLineSettledInvoice",
    aot="CustPaymentJournalLineSettledInvoiceEntity",
    table="SpecTrans",
    label="Payment journal line settled invoice",
    is_writable=True,
    indexed=("JournalBatchNumber", "InvoiceNumber"),
    fields=properties(
        "JournalLineCompany*^ JournalBatchNumber*^ JournalLineNumber:decimal*^ InvoiceNumber*^ InvoiceCompany*^ "
        "InvoiceDueDate:date*^ SettlementAmountInInvoiceCurrency:decimal CashDiscountToTakeInInvoiceCurrency:decimal "
        "InvoiceToPaymentCrossRate:decimal AccountDisplayValue~ invoiceAccount~"
    ),
)

INVOICE_HEADERS = EntitySet(
    name="GeneralLedgerCustInvoiceJournalHeaders",
    type="GeneralLedgerCustInvoiceJournalHeader",
    aot="LedgerCustInvoiceJournalHeaderEntity",
    table="LedgerJournalTable",
    label="Customer invoice journal header",
    is_writable=True,
    fields=properties("dataAreaId*^ JournalBatchNumber*^ JournalName!^ Description IsPosted:NoYes~"),
)

INVOICE_LINES = EntitySet(
    name="GeneralLedgerCustInvoiceJournalLines",
    type="GeneralLedgerCustInvoiceJournalLine",
    aot="LedgerCustInvoiceJournalLineEntity",
    table="LedgerJournalTrans",
    label="Customer invoice journal line",
    is_writable=True,
    indexed=("JournalBatchNumber", "Voucher", "InvoiceId", "DocumentNumber"),
    fields=properties(
        "dataAreaId*^ JournalBatchNumber*^ LineNumber:decimal*^ CustomerAccountDisplayValue AccountType:"
        "LedgerJournalACType InvoiceId InvoiceDate:date! DueDate:date DocumentNumber DocumentDate:date "
        "DebitAmount:decimal CreditAmount:decimal Currency! ExchRate:decimal ExchRateSecondary:decimal "
        "ReportingCurrencyExchRate:decimal OffsetAccountType:LedgerJournalACType OffsetAccountDisplayValue "
        "OffsetCompany Company DefaultDimensionDisplayValue TransactionText OffsetTransactionText TermsOfPayment "
        "MethodOfPayment PaymentSpecification SalesTaxGroup ItemSalesTaxGroup OverrideSalesTax:NoYes PostingProfile "
        "ReasonCode ReasonComment Voucher TransactionType:LedgerTransType~ Approved:NoYes ApprovedBy TaxExemptNumber "
        "CashDiscountCode CashDiscountDate:date CashDiscountAmount:decimal DeliveryDate:date BankTransactionType"
    ),
)

FREE_HEADERS = EntitySet(
    name="FreeTextInvoiceHeaders",
    type="FreeTextInvoiceHeader",
    aot="FreeTextInvoiceHeaderEntity",
    table="CustInvoiceTable",
    label="Free text invoice header",
    is_writable=True,
    fields=properties(
        "dataAreaId*^ InvoiceIdentifier:int64*~ CustomerAccount! InvoiceDate:date! CurrencyCode DueDate:date "
        "FreeTextNumber~ IsPosted:NoYes~ PostingProfile TermsOfPayment MethodOfPayment CustomerReference "
        "CustomerRequisition DefaultDimensionDisplayValue DocumentDate:date InvoiceAccount"
    ),
)

FREE_LINES = EntitySet(
    name="FreeTextInvoiceLines",
    type="FreeTextInvoiceLine",
    aot="FreeTextInvoiceLineEntity",
    table="CustInvoiceLine",
    label="Free text invoice line",
    is_writable=True,
    indexed=("ParentRecId",),
    fields=properties(
        "dataAreaId*^ LineNumber:decimal*^ ParentRecId:int64*^ MainAccountDisplayValue! "
        "TransactionCurrencyAmount:decimal Quantity:decimal UnitPrice:decimal Description InvoiceText SalesTaxGroupId "
        "SalesTaxItemGroupId DefaultDimensionDisplayValue"
    ),
)

JOURNAL_SETS = (
    GENERAL_HEADERS, GENERAL_LINES, PAYMENT_HEADERS, PAYMENT_LINES, SETTLED, INVOICE_HEADERS, INVOICE_LINES,
    FREE_HEADERS, FREE_LINES,
)  # fmt: skip
