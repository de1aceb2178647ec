"""The sets of customers, set-up and posted transactions."""

from integrations.connectors.dynamics365.simulator.schema import EntitySet, properties


def _address(prefix: str) -> str:
    parts = ("Description", "Street", "City", "State", "ZipCode", "CountryRegionId", "CountryRegionISOCode", "County")
    return " ".join(f"{prefix}{part}" for part in parts)


def _contact(kind: str) -> str:
    return f"PrimaryContact{kind} PrimaryContact{kind}Description PrimaryContact{kind}Purpose"


def _set(name: str, type_name: str, table: str, text: str, *, indexed: tuple[str, ...] = ()) -> EntitySet:
    return EntitySet(
        name=name,
        type=type_name,
        aot=f"{type_name}Entity",
        table=table,
        label=type_name,
        fields=properties(text),
        indexed=indexed,
    )


_CUSTOMER = (
    "dataAreaId*^ CustomerAccount*^ PartyType^ {name} PersonFirstName PersonMiddleName PersonLastName NameAlias "
    "CustomerGroupId! SalesCurrencyCode! PartyNumber~ PaymentTerms PaymentMethod SalesTaxGroup TaxExemptNumber "
    f"LanguageId {_contact('Email')} {_contact('Phone')} {_contact('URL')} {_address('Address')} "
    "OnHoldStatus:CustVendBlocked CreditLimit:decimal OrganizationNumber IdentificationNumber SalesMemo ReceiptEmail"
)

CUSTOMERS = EntitySet(
    name="CustomersV3",
    type="CustomerV3",
    aot="CustCustomerV3Entity",
    table="CustTable",
    label="Customers",
    is_writable=True,
    indexed=("CustomerAccount", "OrganizationNumber"),
    fields=properties(
        _CUSTOMER.format(name="OrganizationName")
        + f" InvoiceAccount InvoiceAddress:InvoiceOrderAccount {_address('DeliveryAddress')} "
        + f"{_address('InvoiceAddress')} DefaultDimensionDisplayValue"
    ),
)

CUSTOMERS_BASE = EntitySet(
    name="CustomersBase",
    type="CustomerBase",
    aot="CustCustomerBaseEntity",
    table="CustTable",
    label="Customer definitions",
    is_writable=True,
    indexed=("CustomerAccount",),
    fields=properties(_CUSTOMER.format(name="Name")),
)

CUST_TRANSACTIONS = _set(
    "CustTransactions",
    "CustTransaction",
    "CustTrans",
    "dataAreaId* SysRecId:int64* AccountNum Voucher Invoice TransDate:date DueDate:date AmountCur:decimal "
    "AmountMST:decimal CurrencyCode ExchRate:decimal SettleAmountCur:decimal SettleAmountMST:decimal Closed:date "
    "PaymReference PaymId PaymMode DocumentNum DocumentDate:date TransType:LedgerTransType Txt PostingProfile "
    "LastSettleVoucher LastSettleDate:date LastSettleAccountNum ExchAdjustment:decimal Approved:NoYes "
    "Prepayment:NoYes OrderAccount PaymTermId",
    indexed=("AccountNum", "Invoice", "Voucher", "PaymReference", "DocumentNum"),
)

CUST_OPEN = _set(
    "CustTransOpens",
    "CustTransOpen",
    "CustTransOpen",
    "dataAreaId* SysRecId:int64* AccountNum RefRecId:int64 AmountCur:decimal AmountMST:decimal TransDate:date "
    "DueDate:date",
    indexed=("AccountNum", "RefRecId"),
)

MASTER_SETS = (
    CUSTOMERS,
    CUSTOMERS_BASE,
    CUST_TRANSACTIONS,
    CUST_OPEN,
    _set(
        "GeneralJournalEntryBiEntities",
        "GeneralJournalEntryBiEntity",
        "GeneralJournalEntry",
        "SourceKey:int64* SubledgerVoucher SubledgerVoucherDataAreaId AccountingDate:date",
        indexed=("SubledgerVoucher",),
    ),
    _set(
        "GeneralJournalAccountEntryBiEntities",
        "GeneralJournalAccountEntryBiEntity",
        "GeneralJournalAccountEntry",
        "SourceKey:int64* GeneralJournalEntry:int64 LedgerAccount IsCredit:NoYes TransactionCurrencyAmount:decimal "
        "TransactionCurrencyCode AccountingCurrencyAmount:decimal Text",
        indexed=("GeneralJournalEntry",),
    ),
    _set(
        "CustomerGroups",
        "CustomerGroup",
        "CustGroup",
        "dataAreaId* CustomerGroupId* Description PaymentTermId TaxGroupId DefaultDimensionDisplayValue "
        "CustomerAccountNumberSequence",
    ),
    _set(
        "CustomerPaymentMethods",
        "CustomerPaymentMethod",
        "CustPaymModeTable",
        "dataAreaId* Name* Description AccountType:LedgerJournalACType PaymentAccountDisplayValue PaymentStatus "
        "PaymentType",
    ),
    _set(
        "PaymentTerms",
        "PaymentTerm",
        "PaymTerm",
        "dataAreaId* Name* Description NumberOfDays:int32 NumberOfMonths:int32",
    ),
    _set(
        "JournalNames",
        "JournalName",
        "LedgerJournalName",
        "dataAreaId* Name* Description Type:LedgerJournalType VoucherSeriesCode NewVoucher:NewVoucher "
        "VoucherAllocationAtPosting:NoYes IsApprovalActive:NoYes IsWorkflowApprovalActive:NoYes "
        "DeleteLinesAfterPosting:NoYes PostingLineLimit:int32 Currency OffsetAccountType:LedgerJournalACType "
        "OffsetAccountDisplayValue IsFixedOffsetAccount:NoYes",
    ),
    _set(
        "MainAccounts",
        "MainAccount",
        "MainAccount",
        "ChartOfAccounts* MainAccountId* Name MainAccountType:DimensionLedgerAccountType IsSuspended:NoYes "
        "DoNotAllowManualEntry:NoYes MandatoryPaymentReference:NoYes ActiveFrom:date ActiveTo:date "
        "MainAccountRecId:int64",
    ),
    _set(
        "Ledgers",
        "Ledger",
        "Ledger",
        "LegalEntityId* Name ChartOfAccounts AccountingCurrency ReportingCurrency ExchangeRateType "
        "AccountStructureName1 AccountStructureName2 FiscalCalendar",
    ),
    _set("LegalEntities", "LegalEntity", "CompanyInfo", "LegalEntityId* Name LanguageId TimeZone:TimeZone"),
    _set("Currencies", "Currency", "Currency", "CurrencyCode* Name Symbol GeneralRoundingRule:decimal"),
    _set(
        "ExchangeRates",
        "ExchangeRate",
        "ExchangeRate",
        "RateTypeName* FromCurrency* ToCurrency* StartDate:date* EndDate:date Rate:decimal "
        "ConversionFactor:ExchangeRateDisplayFactor",
    ),
    _set(
        "FiscalPeriods",
        "FiscalPeriod",
        "FiscalCalendarPeriod",
        "Calendar* FiscalYear* PeriodName* StartDate:date EndDate:date",
    ),
    _set(
        "LedgerFiscalPeriods",
        "LedgerFiscalPeriod",
        "LedgerFiscalCalendarPeriod",
        "LedgerName* Calendar* YearName* PeriodName* LegalEntityId PeriodStatus:FiscalPeriodStatus "
        "LedgerAccessLevel:ModulePeriodStat LedgerUserGroupInfo CustAccessLevel:ModulePeriodStat CustUserGroupInfo "
        "VendAccessLevel:ModulePeriodStat VendUserGroupInfo BankAccessLevel:ModulePeriodStat BankUserGroupInfo",
    ),
    _set(
        "NumberSequencesV2References",
        "NumberSequenceV2Reference",
        "NumberSequenceReference",
        "ScopeType:NumberSeqScopeType* ScopeValue* DataTypeName* NumberSequenceCode",
    ),
    _set(
        "DimensionAttributes",
        "DimensionAttribute",
        "DimensionAttribute",
        "DimensionName* UseValuesFrom ReportColumnName DimensionValueMask",
    ),
    _set(
        "FinancialDimensionValues",
        "FinancialDimensionValue",
        "DimensionAttributeValue",
        "FinancialDimension* LegalEntityId* DimensionValue* Description IsSuspended:NoYes ActiveFrom:date "
        "ActiveTo:date IsBlockedForManualEntry:NoYes IsTotal:NoYes",
    ),
    _set(
        "DimensionIntegrationFormats",
        "DimensionIntegrationFormat",
        "DimensionHierarchyIntegration",
        "DimensionFormatName* DimensionFormatType:DimensionHierarchyType* FinancialDimensionFormat IsActive:NoYes",
    ),
    _set(
        "DimensionParameters",
        "DimensionParameter",
        "DimensionParameters",
        "Key:int32* DimensionSegmentDelimiter:DimensionSegmentDelimiter",
    ),
    _set(
        "BusinessEventsCatalogs",
        "BusinessEventsCatalog",
        "BusinessEventsTable",
        "BusinessEventId* Name Description Category Module",
    ),
    _set(
        "BusinessEventsEndpoints",
        "BusinessEventsEndpoint",
        "BusinessEventsEndpoint",
        "EndpointName* EndpointType:BusinessEventsEndpointType",
    ),
)
