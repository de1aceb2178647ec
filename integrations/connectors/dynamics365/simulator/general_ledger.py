"""The general ledger's posted vouchers, as the BI entities publish them: a header, and an entry for each account."""

from integrations.connectors.dynamics365.simulator.drafting import Draft
from integrations.connectors.dynamics365.simulator.site import Company, Site

VOUCHERS, ENTRIES = "GeneralJournalEntryBiEntities", "GeneralJournalAccountEntryBiEntities"


def note_voucher(site: Site, company: Company, draft: Draft) -> None:
    """Keep what a voucher moved: debits positive, in the document's currency and the company's."""
    document = draft.document
    header = site.store.new_rec_id()
    site.store.seed(
        VOUCHERS,
        SourceKey=header,
        SubledgerVoucher=draft.rows[0].values.get("Voucher", document.number),
        SubledgerVoucherDataAreaId=company.area,
        AccountingDate=document.posting_date,
    )
    for entry, dimensions in zip(document.entries, draft.dimensions, strict=False):
        amount = entry.debit - entry.credit
        site.store.seed(
            ENTRIES,
            SourceKey=site.store.new_rec_id(),
            GeneralJournalEntry=header,
            LedgerAccount=dimensions if dimensions.startswith(entry.account) else f"{entry.account}-{dimensions}",
            IsCredit="Yes" if amount < 0 else "No",
            TransactionCurrencyAmount=amount,
            TransactionCurrencyCode=document.currency,
            AccountingCurrencyAmount=entry.base_debit - entry.base_credit,
            Text=entry.memo,
        )
