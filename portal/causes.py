"""What a failure code means to people: the connector's explanation, or ours for codes of engine and mappings."""

from dataclasses import dataclass

from integrations import registry
from integrations.contracts import Explanation
from integrations.explanations import SHARED
from integrations.models import Connection
from portal.words import ACTORS

MAPPING_CODES = frozenset(
    """
    bad_map bad_row bad_value division_by_zero duplicate_row empty_field formula mapping no_mapping not_in_list overflow
    required_empty too_deep too_long too_many_steps type_mismatch unknown_map unknown_source unknown_target wrong_type
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A code in plain words: what it is, who must act, and the fix. `place` is where in the portal it is mended."""

    title: str
    cause: str = ""
    who: str = ""
    fix: str = ""
    place: str = ""  # "connection", "mappings" or empty


def _ours(title: str, cause: str, who: str, fix: str, place: str = "") -> Cause:
    return Cause(title=title, cause=cause, who=ACTORS[who], fix=fix, place=place)


OURS: dict[str, Cause] = {
    "no_mapping": _ours(
        "A value is not mapped",
        "The document uses a value for which the value map has no entry and no default.",
        "accountant",
        "Add the entry under Mappings, publish, then retry.",
        "mappings",
    ),
    "missing_reference": _ours(
        "It names something the target does not have",
        "The mapping leads to an account, item or other value that is missing or inactive in the target.",
        "accountant",
        "Choose another value under Mappings, or put it back in the target and ping it, then retry.",
        "mappings",
    ),
    "changed_after_posting": _ours(
        "It changed after it was posted",
        "Posted documents are never rewritten, so the change waits for a decision.",
        "accountant",
        "Correct the document in the target by hand, or leave it as it stands.",
    ),
    "deleted_after_posting": _ours(
        "It was deleted in the source after it was posted",
        "The document still stands in the target.",
        "accountant",
        "Void or credit it in the target.",
    ),
    "duplicate_in_target": _ours(
        "It stands more than once in the target",
        "Several documents there carry our reference.",
        "accountant",
        "Void all but one in the target, then retry.",
    ),
    "possible_duplicate": _ours(
        "It looks like a document that stands there already",
        "Somebody may have keyed it in by hand: it agrees, but does not carry our reference.",
        "accountant",
        "Compare both. Link them if they are one document, or have it posted as a new one.",
    ),
    "found_but_different": _ours(
        "It stands in the target, but not as drafted",
        "A document with our reference was found there with other content.",
        "accountant",
        "Compare both and correct the one that is wrong, then retry.",
    ),
    "different": _ours(
        "It stands there otherwise than sent",
        "The target took the document and shows other figures now: a rule, a script or a person there changed it.",
        "erp_admin",
        "Find what changed it in the target, correct the document there and read it back; or open the record and "
        "accept it as it stands.",
    ),
    "rejected_in_target": _ours(
        "An approver rejected it in the target",
        "It was entered there and waited for approval, and was refused: it is never posted as it stands.",
        "accountant",
        "Ask who rejected it why. Have it approved there after all and read it back, or change it in the source.",
    ),
    "applied_otherwise": _ours(
        "It is linked, but applied to something else",
        "The document that stands there is applied to other documents, or with other amounts, than in the source. What "
        "others booked is never changed from here.",
        "accountant",
        "Apply it there as the source says and read it back; or open the record and accept it as it stands, with the "
        "reason.",
    ),
    "worker_lost": _ours(
        "Its worker was lost in mid-call",
        "Nothing is repeated before the target was asked what stands there.",
        "support",
        "Nothing need be done: the next run settles it.",
    ),
    "refused_after_lost_answer": _ours(
        "Refused, but an earlier call may still be under way",
        "The answer of a call was lost, and the same call sent again was refused: the target may still work at the "
        "first.",
        "support",
        "Nothing need be done: the target is asked again what stands there. If the refusal stands, it is told.",
    ),
    "identity_changed": _ours(
        "Another company answers than before",
        "The connection's credentials now lead to another company, site or account.",
        "portal_owner",
        "Correct the connection. If the change is intended, an owner confirms it on the connection's page.",
        "connection",
    ),
    "not_pinged": _ours(
        "A side was not pinged yet", "", "portal_owner", "Press Ping both, then switch the sync on.", "connection"
    ),
    "stale_read": _ours(
        "The source shows an older state than its event",
        "Its lists lag behind its events.",
        "support",
        "Nothing need be done: it is read again.",
    ),
    "cancelled": Cause(
        title="Cancelled by a person",
        cause="What was in flight was finished.",
        fix="Run it again now, or let the schedule take up what was left.",
    ),
    "crashed": _ours(
        "The run met a fault of ours", "Nothing is lost.", "support", "Nothing need be done: we have been told."
    ),
    "waits_too_long": _ours(
        "It waits too long for another record",
        "It can be booked only after the record that it names, and that one does not come.",
        "accountant",
        "Open one of the records: “Waits for” shows what holds it up. Mend or skip that one, and these go on.",
    ),
    "parent_incomplete": _ours(
        "What it belongs to is not complete",
        "The target takes it only with a record, such as its vendor, for which the source lacks something.",
        "accountant",
        "Enter what is named in the source: both go on by themselves. Or skip it with the reason.",
    ),
    "voided_after_posting": _ours(
        "It was voided in the source after it was posted",
        "The document still stands in the target.",
        "accountant",
        "Void or credit it in the target, or choose under the sync's settings that voids are reversed.",
    ),
    "voided_in_target": _ours(
        "Somebody voided it in the target",
        "The source still has the document, the ledger no longer shows it.",
        "accountant",
        "Void it in the source as well, or retry to have it posted anew.",
    ),
    "payment_over_customers": _ours(
        "Cash would have to move to another customer",
        "It stands on one customer in the target and is now applied to a document of another. The target applies "
        "within one customer, and cash that stands is never moved silently.",
        "accountant",
        "Refund it on the one customer in the target and enter it for the other, apply that, then skip the change "
        "here.",
    ),
    "credit_over_customers": _ours(
        "A credit note pays another customer's invoice",
        "The note is booked on the customer to whom it was issued. The target applies within one customer, so that the "
        "other's invoice stays open there.",
        "accountant",
        "Move the amount in the target: an invoice for the note's customer and a credit memo for the other over one "
        "clearing account, each applied. Then skip the change here.",
    ),
    "withheld_tax_changed": _ours(
        "Tax withheld has another amount now",
        "The memo for it stands in the target with the amount of before, and posted documents are never rewritten.",
        "accountant",
        "Correct the memo in the target, then read the invoice again.",
    ),
    "deleted_in_target": _ours(
        "Somebody deleted it in the target",
        "It was booked and stood there, and is there no more.",
        "accountant",
        "Find out who deleted it. Reconcile the period to have it posted anew.",
    ),
    "cannot_be_undone": _ours(
        "It cannot be reversed by the sync",
        "The target offers no reversal of this kind of document.",
        "accountant",
        "Reverse it in the target by hand.",
    ),
    "nothing_to_reverse": _ours(
        "There is nothing left to reverse", "", "accountant", "Look at the document in the target, then retry."
    ),
    "payload_erased": _ours(
        "What was booked is no longer kept",
        "The payload was erased when the time was over that you chose under Retention.",
        "accountant",
        "Change or reverse the document in the target by hand, then skip the record here with a reason.",
    ),
    "closed_period": _ours(
        "Its period is closed",
        "The document is dated in a period that takes no postings.",
        "accountant",
        "Open the period in the target and retry, or choose for each document the next open period.",
    ),
    "closed_period_ask": _ours(
        "Its period is closed: choose where it goes",
        "The document is dated in a period that takes no postings, and your policy asks a person.",
        "accountant",
        "Choose for each record, or on this problem's page for all of them: the next open period, hold, or skip.",
    ),
    "no_sandbox": _ours(
        "No sandbox runs here", "", "support", "Start the sandbox, or use a test connection.", "connection"
    ),
}


_SHARED = {each.code: each for each in SHARED}


def cause_of(code: str, *sides: Connection | str) -> Cause:
    """Explain a code met between these sides (connections or connector slugs); an unknown one shows its own name."""
    for side in sides:
        slug = side if isinstance(side, str) else side.connector
        connector = registry.connectors().get(slug)
        found = next((each for each in connector.explanations if each.code == code), None) if connector else None
        if found:
            return _of(found)
    if code in OURS:
        return OURS[code]
    if (shared := _SHARED.get(code)) is not None:
        return _of(shared)
    if code in MAPPING_CODES:
        return _ours(
            "The mapping gives no valid value", "", "accountant", "Correct the row it names, publish, then retry.",
            "mappings",
        )  # fmt: skip
    return Cause(title=code.replace("_", " ").capitalize())


def side_of(code: str, *sides: Connection) -> Connection:
    """Give the side whose connector explains a code; the first where none does."""
    for side in sides:
        connector = registry.connectors().get(side.connector)
        if connector and any(each.code == code for each in connector.explanations):
            return side
    return sides[0]


def _of(found: Explanation) -> Cause:
    place = "connection" if found.who == "portal_owner" else ""
    return Cause(title=found.title, cause=found.cause, who=ACTORS[found.who], fix=found.fix, place=place)
