"""Every path of the AP API with its rule and the right it takes."""

from collections import defaultdict
from collections.abc import Mapping

from integrations.connectors.billcom.simulator import (
    approvals,
    bills,
    classifications,
    company,
    credits,
    mfa,
    payments,
    policies,
    subscriptions,
    vendor_banks,
    vendors,
)
from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.call import Handler

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

Route = tuple[tuple[str, ...], str, Handler]

_TABLE: Mapping[str, tuple[str, Handler]] = {
    "GET login/session": ("", company.session),
    "POST logout": ("", company.logout),
    "POST mfa/setup": ("", mfa.setup),
    "POST mfa/setup/validate": ("", mfa.validate_setup),
    "POST mfa/validate": ("", mfa.validate_setup),
    "POST mfa/challenge": ("", mfa.challenge),
    "POST mfa/challenge/validate": ("", mfa.validate),
    "POST mfa/step-up": ("", mfa.step_up),
    "GET organizations/{}": ("organization.read", company.organization),
    "GET mfa/phones": ("", company.not_played),
    "GET users": ("organization.read", company.users),
    "GET users/{}": ("organization.read", company.user),
    "GET funding-accounts/banks": ("organization.read", company.banks),
    "GET payment-terms": ("classifications.read", company.terms),
    "GET vendors": ("vendors.read", vendors.list_all),
    "POST vendors": ("vendors.write", vendors.create),
    "POST vendors/bulk": ("vendors.write", vendors.create_bulk),
    "GET vendors/{}": ("vendors.read", vendors.get),
    "PATCH vendors/{}": ("vendors.write", vendors.update),
    "POST vendors/{}/archive": ("vendors.write", vendors.archive),
    "POST vendors/{}/restore": ("vendors.write", vendors.restore),
    "POST vendors/{}/bank-account": ("vendors.write", vendor_banks.add_bank_account),
    "GET vendors/{}/bank-account": ("vendors.read", vendor_banks.get_bank_account),
    "DELETE vendors/{}/bank-account": ("vendors.write", vendor_banks.delete_bank_account),
    "GET bills": ("bills.read", bills.list_all),
    "POST bills": ("bills.write", bills.create),
    "POST bills/bulk": ("bills.write", bills.create_bulk),
    "POST bills/record-payment": ("payments.write", payments.record_offline),
    "GET bills/{}": ("bills.read", bills.get),
    "PATCH bills/{}": ("bills.write", bills.update),
    "PUT bills/{}": ("bills.write", bills.replace),
    "POST bills/{}/archive": ("bills.write", bills.archive),
    "POST bills/{}/restore": ("bills.write", bills.restore),
    "GET bill-approvals/policies": ("approvals.read", policies.list_all),
    "POST bill-approvals/policies": ("approvals.write", policies.create),
    "PUT bill-approvals/policies/{}": ("approvals.write", policies.update),
    "DELETE bill-approvals/policies/{}": ("approvals.write", policies.delete),
    "GET bill-approvals/pending-user-approvals": ("approvals.read", approvals.pending),
    "POST bill-approvals/actions": ("approvals.write", approvals.act_on),
    "GET vendor-credits": ("credits.read", credits.list_all),
    "POST vendor-credits": ("credits.write", credits.create),
    "POST vendor-credits/bulk": ("credits.write", credits.create_bulk),
    "PATCH vendor-credits/bulk": ("credits.write", company.not_played),
    "PUT vendor-credits/bulk": ("credits.write", company.not_played),
    "POST vendor-credits/bulk/archive": ("credits.write", credits.archive_bulk),
    "GET vendor-credits/{}": ("credits.read", credits.get),
    "PATCH vendor-credits/{}": ("credits.write", credits.update),
    "PUT vendor-credits/{}": ("credits.write", credits.replace),
    "POST vendor-credits/{}/archive": ("credits.write", credits.archive),
    "GET payments": ("payments.read", payments.list_all),
    "POST payments": ("payments.write", payments.create),
    "POST payments/bulk": ("payments.write", payments.create_bulk),
    "GET payments/options": ("payments.read", company.not_played),
    "GET payments/exchange-rate": ("payments.read", company.not_played),
    "GET payments/{}": ("payments.read", payments.get),
    "GET payments/{}/check-image": ("payments.read", company.not_played),
    "POST payments/{}/cancel": ("payments.write", payments.cancel),
    "POST payments/{}/void": ("payments.write", payments.void),
    "GET classifications/{}": ("classifications.read", classifications.list_all),
    "POST classifications/{}": ("classifications.write", classifications.create),
    "POST classifications/{}/bulk": ("classifications.write", classifications.create_bulk),
    "PATCH classifications/{}/bulk": ("classifications.write", classifications.update_bulk),
    "POST classifications/{}/bulk/archive": ("classifications.write", classifications.archive_bulk),
    "POST classifications/{}/bulk/restore": ("classifications.write", classifications.restore_bulk),
    "GET classifications/{}/{}": ("classifications.read", classifications.get),
    "PATCH classifications/{}/{}": ("classifications.write", classifications.update),
    "POST classifications/{}/{}/archive": ("classifications.write", classifications.archive),
    "POST classifications/{}/{}/restore": ("classifications.write", classifications.restore),
    **{
        f"{method} {path}": ("bills.read", company.not_played)
        for path in ("documents/bills/{}", "documents/upload-status", "attachments/vendors/{}", "exports")
        for method in ("GET", "POST")
    },
    "GET reports/audit-trail/vendor/{}": ("vendors.read", company.not_played),
    "GET exports/{}/download-link": ("bills.read", company.not_played),
}

_EVENTS: Mapping[str, tuple[str, Handler]] = {
    "GET events/catalog": ("webhooks.read", subscriptions.catalog),
    "POST subscriptions": ("webhooks.write", subscriptions.create),
    "GET subscriptions": ("webhooks.read", subscriptions.list_all),
    "GET subscriptions/{}": ("webhooks.read", subscriptions.get),
    "PUT subscriptions/{}": ("webhooks.write", subscriptions.replace),
    "PATCH subscriptions/{}": ("webhooks.write", subscriptions.update),
    "DELETE subscriptions/{}": ("webhooks.write", subscriptions.delete),
    "POST subscriptions/{}/security_key": ("webhooks.write", subscriptions.rotate),
    "POST subscriptions/{}/security-key": ("webhooks.write", subscriptions.rotate),
    "POST subscriptions/{}/test": ("webhooks.write", subscriptions.test),
    "GET events/subscription/{}": ("webhooks.read", subscriptions.history),
    "POST events/subscription/{}/event/{}": ("webhooks.write", subscriptions.resend),
}


class Routes:
    """Finds the rule of a request; of two that fit, the one with fewer variable parts."""

    def __init__(self, table: Mapping[str, tuple[str, Handler]]) -> None:
        self._routes: defaultdict[tuple[str, int], list[Route]] = defaultdict(list)
        for key, (right, handler) in sorted(table.items(), key=lambda row: row[0].count("{}")):
            method, _, pattern = key.partition(" ")
            parts = tuple(pattern.split("/"))
            self._routes[method, len(parts)].append((parts, right, handler))

    def find(self, method: str, path: str) -> tuple[Handler, str, tuple[str, ...]]:
        """Give rule, right and variable parts; refuses a path that is not there, were it only for a letter's case."""
        parts = path.split("/")
        found = self._match(method, parts)
        if found is None:
            if any(self._match(other, parts) for other in METHODS):
                refuse("BDC_1121", f"{method} is not supported here.", status=405)
            refuse("BDC_1121", f"No such endpoint: {method} {path}")
        return found

    def _match(self, method: str, parts: list[str]) -> tuple[Handler, str, tuple[str, ...]] | None:
        for pattern, right, handler in self._routes.get((method, len(parts)), ()):
            if all(want == part or (want == "{}" and part) for want, part in zip(pattern, parts, strict=True)):
                ids = tuple(part for want, part in zip(pattern, parts, strict=True) if want == "{}")
                return handler, right, ids
        return None


AP = Routes(_TABLE)
EVENTS = Routes(_EVENTS)
