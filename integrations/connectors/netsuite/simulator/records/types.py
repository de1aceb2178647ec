"""The record types with their fields, as the REST API Browser 2026.1 names them (vendor file, section 4)."""

from integrations.connectors.netsuite.simulator.schema import (
    Field,
    Fields,
    RecordType,
    enum,
    plain,
    ref,
    sublist,
    subrecord,
    table,
)

SALE_ITEMS = ("serviceSaleItem", "nonInventorySaleItem", "otherChargeSaleItem")
ITEMS = (*SALE_ITEMS, "discountItem", "paymentItem", "subtotalItem")
TRANSACTIONS = (
    "invoice", "creditMemo", "customerPayment", "customerRefund", "customerDeposit", "depositApplication",
    "journalEntry",
)  # fmt: skip

CUSTOM = {
    "body": ("custbody_cb_document_id", "custbody_cb_site"),
    "line": ("custcol_cb_line_id", "custcol_cb_subscription_id"),
    "entity": ("custentity_cb_customer_id",),
}


def _custom(where: str) -> list[Field]:
    return plain("text", " ".join(CUSTOM[where]), custom=True)


def _common(created: str = "createdDate") -> list[Field]:
    read = plain("moment", f"{created} lastModifiedDate", read_only=True)
    return [*plain("text", "externalId"), *plain("text", "id", read_only=True), *read]


def _subsidiaries() -> Field:
    return Field(name="subsidiary", kind="refs", targets=("subsidiary",))


def _dimensions() -> list[Field]:
    return [ref("class", "classification"), ref("department"), ref("location")]


def _header(*, money_account: bool) -> list[Field]:
    fields = [
        *_common(),
        *plain("date", "tranDate"),
        *plain("text", "tranId memo"),
        *plain("text", "transactionNumber", read_only=True),
        *plain("num", "exchangeRate"),
        ref("currency"),
        ref("subsidiary"),
        ref("postingPeriod", "accountingPeriod"),
        ref("customForm"),
        *_dimensions(),
        *_custom("body"),
        enum("approvalStatus", _1="Pending Approval", _2="Approved", _3="Rejected"),
        *plain("num", "total", read_only=True),
        enum("source", read_only=True, restWebServices="REST Web Services"),
    ]
    return [*fields, ref("account")] if money_account else fields


def _apply(name: str) -> Field:
    return sublist(
        name,
        "doc line",
        ref("doc", "transaction"),
        plain("int", "line"),
        plain("bool", "apply"),
        plain("num", "amount"),
        plain("num", "due total", read_only=True),
        plain("text", "refNum type", read_only=True),
        plain("date", "applyDate", read_only=True),
        ref("currency", read_only=True),
    )


def _item_lines() -> Field:
    return sublist(
        "item",
        "line",
        ref("item", *ITEMS, mandatory=True),
        plain("int", "line revRecTermInMonths"),
        plain("num", "quantity rate amount grossAmt taxRate1 tax1Amt taxAmount"),
        plain("text", "description taxDetailsReference"),
        plain("bool", "isTaxable deferRevRec doNotCreateRevenueElement"),
        plain("date", "revRecStartDate revRecEndDate"),
        plain("text", "lineUniqueKey", read_only=True),
        ref("price", "priceLevel"),
        ref("taxCode", "salesTaxItem"),
        ref("revRecSchedule"),
        ref("account"),
        _dimensions(),
        _custom("line"),
        mandatory=True,
    )


def _tax_details() -> Field:
    return sublist(
        "taxDetails",
        "",
        Field(name="taxDetailsReference", kind="object", fields=table(plain("text", "id refName"))),
        ref("taxType"),
        ref("taxCode", "salesTaxItem"),
        plain("num", "taxBasis taxRate taxAmount"),
    )


def _sales() -> list[Field]:
    address = plain("text", "addressee attention addr1 addr2 addr3 city state zip addrPhone")
    return [
        *_header(money_account=True),
        ref("entity", "customer", mandatory=True),
        *plain("date", "dueDate startDate endDate taxPointDate"),
        *plain("text", "otherRefNum message entityTaxRegNum subsidiaryTaxRegNum nexus"),
        *plain("bool", "toBeEmailed taxDetailsOverride taxRegOverride isTaxable"),
        *plain("num", "discountRate taxRate"),
        ref("terms", "term"),
        ref("discountItem"),
        ref("taxItem", "salesTaxItem"),
        ref("billAddressList", "address"),
        subrecord("billingAddress", address, ref("country", "country"), plain("text", "addrText", read_only=True)),
        *plain("num", "subtotal discountTotal taxTotal amountPaid amountRemaining", read_only=True),
        _item_lines(),
        _tax_details(),
    ]


def _payer() -> list[Field]:
    return [
        *_header(money_account=True),
        ref("customer", mandatory=True),
        ref("arAcct", "account"),
        ref("paymentOption", "paymentMethod"),
        *plain("text", "checkNumber"),
    ]


def _customer() -> Fields:
    address = [
        *plain("text", "addressee attention addr1 addr2 addr3 city state zip addrPhone"),
        ref("country", "country"),
        *plain("bool", "override"),
        *plain("text", "addrText", read_only=True),
    ]
    return table(
        _common("dateCreated"),
        plain("text", "entityId companyName firstName lastName middleName salutation email phone comments"),
        plain("text", "defaultTaxReg"),
        plain("bool", "autoName isPerson isInactive taxable"),
        plain("num", "creditLimit"),
        plain("num", "balance overdueBalance depositBalance", read_only=True),
        ref("subsidiary"),
        ref("currency"),
        ref("terms", "term"),
        ref("receivablesAccount", "account"),
        ref("parent", "customer"),
        ref("category", "customerCategory"),
        ref("entityStatus", "customerStatus"),
        ref("taxItem", "salesTaxItem"),
        _custom("entity"),
        sublist("currencyList", "currency", ref("currency"), plain("num", "balance", read_only=True)),
        sublist(
            "addressBook",
            "id",
            plain("text", "id label"),
            plain("bool", "defaultBilling defaultShipping isResidential"),
            subrecord("addressBookAddress", address),
        ),
        sublist(
            "taxRegistration",
            "id",
            plain("text", "id taxRegistrationNumber nexusState"),
            ref("nexusCountry", "country"),
        ),
    )


def _item(*accounts: str) -> Fields:
    return table(
        _common(),
        plain("text", "itemId displayName"),
        plain("bool", "isInactive includeChildren isTaxable directRevenuePosting"),
        plain("num", "rate"),
        [ref(name, "account") for name in accounts],
        ref("taxSchedule"),
        ref("salesTaxCode", "salesTaxItem"),
        ref("revenueRecognitionRule"),
        ref("revRecForecastRule", "revenueRecognitionRule"),
        ref("revRecSchedule"),
        enum("createRevenuePlansOn", _1="Revenue Arrangement Creation", _2="Billing"),
        _subsidiaries(),
        _dimensions(),
    )


def _journal() -> Fields:
    return table(
        _header(money_account=False),
        plain("bool", "approved void reversalDefer"),
        plain("date", "reversalDate"),
        sublist(
            "line",
            "line",
            ref("account", mandatory=True),
            ref("entity", "customer"),
            plain("int", "line"),
            plain("num", "debit credit"),
            plain("text", "memo"),
            plain("text", "lineUniqueKey", read_only=True),
            _dimensions(),
            _custom("line"),
            mandatory=True,
        ),
    )


def _transaction(name: str, code: str, permission: str, title: str, *fields: Field | list[Field]) -> RecordType:
    return RecordType(
        name=name, group="transaction", code=code, permission=permission, title=title, fields=table(*fields)
    )


def _applied() -> list[Field]:
    return [*plain("bool", "autoApply"), *plain("num", "applied unapplied", read_only=True), _apply("apply")]


WRITABLE = (
    RecordType(name="customer", group="entity", fields=_customer(), permission="Customers", title="Customer"),
    *(
        RecordType(name=name, group="item", fields=fields, permission="Items", title=title)
        for name, title, fields in (
            ("serviceSaleItem", "Service for Sale", _item("incomeAccount", "deferredRevenueAccount")),
            ("nonInventorySaleItem", "Non-inventory Item for Sale", _item("incomeAccount", "deferredRevenueAccount")),
            ("otherChargeSaleItem", "Other Charge for Sale", _item("incomeAccount", "deferredRevenueAccount")),
            ("discountItem", "Discount", _item("account")),
            ("paymentItem", "Payment Item", _item("account")),
            ("subtotalItem", "Subtotal", _item()),
        )
    ),
    _transaction(
        "invoice", "CustInvc", "Invoice", "Invoice", _sales(),
        enum("status", read_only=True, A="Open", B="Paid In Full", D="Pending Approval", E="Rejected", V="Voided"),
    ),
    _transaction(
        "creditMemo", "CustCred", "Credit Memo", "Credit Memo", _sales(), _applied(),
        ref("createdFrom", "transaction"), enum("status", read_only=True, A="Open", B="Fully Applied", V="Voided"),
    ),
    _transaction(
        "customerPayment", "CustPymt", "Customer Payment", "Payment", _payer(), _applied(), _apply("credit"),
        _apply("deposit"), plain("num", "payment"), plain("num", "balance pending", read_only=True),
        enum("undepFunds", T="Undeposited Funds", F="Account"),
        enum("status", read_only=True, A="Unapproved Payment", R="Rejected", B="Not Deposited", C="Deposited"),
    ),
    _transaction(
        "customerRefund", "CustRfnd", "Customer Refund", "Customer Refund", _payer(), _apply("apply"),
        sublist("deposit", "doc", ref("doc", "transaction"), plain("bool", "apply"), plain("num", "amount")),
        plain("num", "balance", read_only=True), enum("status", read_only=True, R="Completed", V="Voided"),
    ),
    _transaction(
        "customerDeposit", "CustDep", "Customer Deposit", "Customer Deposit", _payer(), plain("num", "payment"),
        enum("undepFunds", T="Undeposited Funds", F="Account"),
        enum("status", read_only=True, A="Not Deposited", B="Deposited", C="Fully Applied"),
    ),
    _transaction(
        "depositApplication", "DepAppl", "Deposit Application", "Deposit Application", _header(money_account=False),
        ref("customer"), ref("deposit", "customerDeposit", mandatory=True), ref("arAcct", "account"), _apply("apply"),
        plain("num", "applied unapplied", read_only=True),
    ),
    RecordType(
        name="journalEntry", group="transaction", code="Journal", permission="Journal Entry", title="Journal",
        fields=_journal(),
    ),
)  # fmt: skip


def _reference(name: str, permission: str, title: str, *fields: Field | list[Field]) -> RecordType:
    columns = table(_common(), plain("bool", "isInactive"), *fields)
    return RecordType(name=name, group=name, fields=columns, permission=permission, title=title, is_writable=False)


def _named(name: str, permission: str, title: str) -> RecordType:
    shared = plain("bool", "includeChildren")
    return _reference(name, permission, title, plain("text", "name"), shared, _subsidiaries())


REFERENCE = (
    _reference(
        "account", "Accounts", "Account", plain("text", "acctNumber acctName accountSearchDisplayName"),
        enum("acctType", Bank="Bank", AcctRec="Accounts Receivable", OthCurrAsset="Other Current Asset",
             AcctPay="Accounts Payable", OthCurrLiab="Other Current Liability", DeferRevenue="Deferred Revenue",
             Equity="Equity", Income="Income", COGS="Cost of Goods Sold", Expense="Expense", OthIncome="Other Income",
             OthExpense="Other Expense"),
        ref("currency"), _subsidiaries(), plain("bool", "includeChildren"),
    ),
    _reference(
        "currency", "Currency", "Currency", plain("text", "name symbol displaySymbol"),
        plain("int", "currencyPrecision"), plain("num", "exchangeRate"), plain("bool", "isBaseCurrency"),
    ),
    _reference(
        "subsidiary", "Subsidiaries", "Subsidiary", plain("text", "name legalName"), ref("currency"),
        ref("parent", "subsidiary"), ref("country", "country"),
    ),
    _named("department", "Departments", "Department"),
    _named("classification", "Classes", "Class"),
    _named("location", "Locations", "Location"),
    _reference("term", "Terms", "Term", plain("text", "name"), plain("int", "daysUntilNetDue")),
    _reference(
        "accountingPeriod", "Accounting Periods", "Accounting Period", plain("text", "periodName"),
        plain("date", "startDate endDate"),
        plain("bool", "closed arLocked apLocked allLocked isQuarter isYear isAdjust allowNonGLChanges"),
    ),
    _reference("taxType", "Tax Records", "Tax Type", plain("text", "name"), ref("country", "country")),
    _reference(
        "salesTaxItem", "Tax Records", "Tax Code", plain("text", "name itemId"), plain("num", "rate"), ref("taxType"),
        ref("taxAccount", "account"),
    ),
    _reference("taxSchedule", "Tax Records", "Tax Schedule", plain("text", "name")),
    _reference("paymentMethod", "Payment Methods", "Payment Method", plain("text", "name")),
    _reference("priceLevel", "Items", "Price Level", plain("text", "name")),
    _reference("revenueRecognitionRule", "Items", "Revenue Recognition Rule", plain("text", "name")),
    _reference("revRecSchedule", "Items", "Revenue Recognition Template", plain("text", "name")),
    _reference("customForm", "Forms", "Form", plain("text", "name")),
    _reference("customerCategory", "Customers", "Customer Category", plain("text", "name")),
    _reference("customerStatus", "Customers", "Customer Status", plain("text", "name")),
    _reference("country", "Subsidiaries", "Country", plain("text", "name")),
    _reference("address", "Customers", "Address", plain("text", "name")),
)  # fmt: skip

TYPES = {one.name: one for one in (*WRITABLE, *REFERENCE)}
BY_PATH = {name.lower(): one for name, one in TYPES.items()}
PRIVATE = ("country", "address", "customForm", "priceLevel", "customerCategory", "customerStatus")
PERMISSIONS = tuple(dict.fromkeys(one.permission for one in TYPES.values()))


def group_of(target: str) -> str:
    """Give the group in which records of a type are kept; "transaction" stands for all its types."""
    return "transaction" if target == "transaction" else TYPES[target].group
