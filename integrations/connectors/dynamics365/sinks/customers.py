"""Customers: our reference is the customer account itself, F&O's own key; others' are known by name or e-mail."""

from collections.abc import Iterator, Mapping, Sequence

from integrations.connectors.dynamics365.odata import Row, either, text
from integrations.connectors.dynamics365.sinks.base import (
    SETTLE_S,
    Ground,
    check_reference,
    is_ours,
    is_reference,
    row_of,
    telling,
)
from integrations.contracts import Booked, Draft, Facts, Found, Receipt, Value
from integrations.errors import DuplicateError, MappingError, RejectedError
from mappings.catalogue import TargetField

SET = "CustomersV3"
UPDATE = "update"


class CustomerSink:
    """Writes and reads customers, one call at a time, as Microsoft asks of `CustomersV3`."""

    slug = "customers"
    settle_s = SETTLE_S

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by account (our reference, or the account a draft changes); creations without one by name, e-mail."""
        hits: dict[str, dict[str, Found]] = {draft.reference: {} for draft in drafts}
        by_account: dict[str, list[Draft]] = {}
        for draft in drafts:
            if is_reference(draft.reference) or draft.external_id:
                by_account.setdefault(draft.external_id or draft.reference, []).append(draft)
        for row in self._ground.among(SET, "CustomerAccount", list(by_account), "dataAreaId,CustomerAccount"):
            for draft in by_account[text(row, "CustomerAccount")]:
                hits[draft.reference][text(row, "CustomerAccount")] = _found(row, draft)
        lacking = [draft for draft in drafts if not hits[draft.reference] and draft.operation != UPDATE]
        for draft, found in self._namesakes(lacking):
            hits[draft.reference].setdefault(found.external_id, found)
        return {reference: telling(some) for reference, some in hits.items()}

    def book(self, draft: Draft) -> Receipt:
        """Create under the reference as account, or change what the draft names.

        Where the account is numbered by F&O itself, the answer's account is the id.
        """
        body = self._body(draft)
        if draft.operation == UPDATE or draft.external_id:
            with self._ground.client.customers:
                self._ground.client.change(SET, self._keys(draft.external_id), body)
            return Receipt(external_id=draft.external_id)
        check_reference(draft)
        if self._ground.setup.delimiter in draft.reference:
            raise MappingError(
                f"The customer account {draft.reference} holds the dimension delimiter of this environment.",
                code="d365_invalid_reference",
                field="CustomerAccount",
                value=draft.reference,
            )
        with self._ground.client.customers:
            row = self._create(draft, {"dataAreaId": self._ground.company, "CustomerAccount": draft.reference, **body})
        return Receipt(external_id=text(row, "CustomerAccount") or draft.reference)

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read by account what stands."""
        accounts = list(dict.fromkeys(one.external_id for one in booked))
        rows = {text(row, "CustomerAccount"): row for row in self._ground.among(SET, "CustomerAccount", accounts)}
        return {
            one.draft.reference: _found(rows[one.external_id], one.draft) for one in booked if one.external_id in rows
        }

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields of a customer, with the environment's own where its metadata can be read."""
        return self._ground.metadata.catalogue(self.slug)

    def _body(self, draft: Draft) -> dict[str, Value]:
        values = {name: value for name, value in draft.payload.items() if name != "CustomerAccount"}
        self._ground.check_names(self.slug, set(values))
        if "OrganizationName" in values and not str(values["OrganizationName"] or "").strip():
            raise MappingError(
                f"{draft.reference}: OrganizationName is blank, but F&O needs a name. Mend it in the source record, or "
                "its row under Mappings.",
                code="d365_invalid_value",
                field="OrganizationName",
            )
        for name, value in values.items():
            if name == "DefaultDimensionDisplayValue" and value:
                self._ground.setup.check_default_dimensions(str(value), None)
        return row_of(values)

    def _create(self, draft: Draft, body: dict[str, Value]) -> Row:
        """Create; where F&O refuses because the account stands already, say so whatever its language."""
        try:
            return self._ground.client.create(SET, body)
        except RejectedError as error:
            row = self._ground.client.row(SET, self._keys(draft.reference))
            if row is None:
                raise
            raise DuplicateError(
                f"The customer account {draft.reference} stands already: {error.message}",
                code="d365_duplicate",
                value=draft.reference,
                answer=error.answer,
            ) from error

    def _keys(self, account: str) -> dict[str, str]:
        return {"dataAreaId": self._ground.company, "CustomerAccount": account}

    def _namesakes(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find customers made by others with a draft's name or e-mail, in any letter case; ours are never offered."""
        for field in ("OrganizationName", "PrimaryContactEmail"):
            wanted: dict[str, list[Draft]] = {}
            for draft in drafts:
                if value := str(draft.payload.get(field) or "").strip():
                    wanted.setdefault(value.lower(), []).append(draft)
            spelled = [str(some[0].payload[field]).strip() for some in wanted.values()]
            for row in self._spelled(field, spelled):
                if not is_ours(text(row, "CustomerAccount")):
                    for draft in wanted.get(text(row, field).lower(), ()):
                        yield draft, _found(row, draft)

    def _spelled(self, field: str, values: Sequence[str]) -> Iterator[Row]:
        from_any_case = {value.lower() for value in values}
        for condition in either(field, values):
            for row in self._ground.rows(SET, condition, "dataAreaId,CustomerAccount"):
                if text(row, field).lower() in from_any_case:
                    yield row


def _found(row: Row, draft: Draft) -> Found:
    """Read a customer; spaces at a name's ends, which F&O drops, make no difference to the draft's."""
    account, name = text(row, "CustomerAccount"), text(row, "OrganizationName") or text(row, "NameAlias")
    wanted = draft.facts.name
    return Found(
        external_id=account,
        reference=account,
        by_reference=account == draft.reference,
        number=account,
        facts=Facts(name=wanted if wanted is not None and wanted.strip() == name.strip() else name),
    )
