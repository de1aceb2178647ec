"""The enums of the simulated entities, first member first: that is what an unset property holds."""

ENUMS: dict[str, tuple[str, ...]] = {
    "NoYes": ("No", "Yes"),
    "LedgerJournalACType": (
        "Ledger", "Cust", "Vend", "Project", "FixedAssets", "Bank", "FixedAssets_RU", "Employee_RU", "RDeferrals",
        "RCash",
    ),
    "SettlementType": ("None", "OpenTransact", "SelectedTransact"),
    "CurrentOperationsTax": ("Current", "Operations", "Tax"),
    "LedgerJournalType": ("Daily", "Periodic", "Cost", "CustPayment", "VendPayment", "CustVendInvoice"),
    "NewVoucher": ("BalanceSheet", "Manually", "OneVoucher"),
    "CustVendBlocked": ("No", "Invoice", "All", "Payment", "Requisition", "Never", "PurchOrder"),
    "DimensionLedgerAccountType": (
        "Balance", "ProfitAndLoss", "Revenue", "Cost", "Asset", "Liability", "Equity", "Total", "Reporting",
    ),
    "DimensionHierarchyType": (
        "DataEntityDefaultDimensionFormat", "DataEntityLedgerDimensionFormat", "DataEntityBudgetDimensionFormat",
        "DataEntityBudgetPlanningDimensionFormat", "AccountStructure", "Focus",
    ),
    "DimensionSegmentDelimiter": (
        "Hyphen", "Period", "Underscore", "Bar", "Tilde", "DoubleHyphen", "DoublePeriod", "DoubleUnderscore",
        "DoubleBar", "DoubleTilde",
    ),
    "ExchangeRateDisplayFactor": ("One", "Ten", "Hundred", "Thousand", "TenThousand"),
    "FiscalPeriodStatus": ("OnHold", "Open", "Closed"),
    "ModulePeriodStat": ("All", "None", "UserGroup"),
    "LedgerTransType": ("None", "Transfer", "Sales", "Purch", "Cust", "ExchAdjustment", "Payment", "GeneralJournal"),
    "NumberSeqScopeType": ("DataArea", "LegalEntity", "Shared"),
    "InvoiceOrderAccount": ("InvoiceAccount", "OrderAccount"),
    "TimeZone": ("GMTCOORDINATEDUNIVERSALTIME", "GMTMINUS0500EASTERNTIME", "GMTPLUS0100AMSTERDAM_BERLIN_BERN_ROME"),
    "BusinessEventsEndpointType": (
        "AzureServiceBusQueue", "AzureServiceBusTopic", "AzureEventGrid", "AzureEventHub", "Flow", "Http",
        "AzureBlobStorage", "CDS",
    ),
}  # fmt: skip

NAMESPACE = "Microsoft.Dynamics.DataEntities"

DELIMITERS = {
    "Hyphen": "-", "Period": ".", "Underscore": "_", "Bar": "|", "Tilde": "~",
    "DoubleHyphen": "--", "DoublePeriod": "..", "DoubleUnderscore": "__", "DoubleBar": "||", "DoubleTilde": "~~",
}  # fmt: skip
