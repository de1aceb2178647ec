"""The choices that the engine itself offers for every pair, each with its consequence; pairs add their own."""

from collections.abc import Mapping

from integrations.contracts import Pair, PolicyField

STANDARD = (
    PolicyField(
        name="closed_periods",
        label="Documents dated in a closed period",
        choices=(
            ("hold", "Hold them until the period opens; nothing is booked meanwhile."),
            ("next_open", "Post them on the first day of the next open period; the document keeps its own date."),
            ("ask", "Park each of them and ask a person."),
            ("skip", "Skip them, with the reason in the trail: the ledger never shows them."),
        ),
    ),
    PolicyField(
        name="voids",
        label="Documents voided or deleted after they were posted",
        choices=(
            (
                "reverse",
                "Reverse them in the ledger, dated the day of the void: nothing is deleted. Where the source tells no "
                "such day, as of deletions, that of the last update is taken, and the record says so.",
            ),
            ("park", "Park them: a person corrects the ledger by hand."),
            ("skip", "Leave the ledger as it is: it keeps showing documents that the source has withdrawn."),
        ),
    ),
    PolicyField(
        name="voided_before_posting",
        label="Documents voided or deleted before they were posted",
        choices=(
            ("both", "Post the document and its reversal, each on its own date: the ledger shows every number."),
            ("skip", "Skip them, with the reason in the trail, when both dates fall in one open period."),
        ),
    ),
    PolicyField(
        name="after_posting",
        label="Documents whose amounts, lines or dates changed after they were posted",
        choices=(
            ("park", "Park them: a posted document is never rewritten, a person decides."),
            (
                "reverse",
                "Reverse the posted document, dated the day of the change, and post the new state anew, in no earlier "
                "month.",
            ),
        ),
    ),
    PolicyField(
        name="parent_skipped",
        label="Payments and credits of documents that are not posted",
        choices=(
            ("on_account", "Book them on account, applied to nothing, where the target can; else skip them."),
            ("skip", "Skip them, with the reason in the trail."),
            ("park", "Park them: a person decides."),
        ),
    ),
    PolicyField(
        name="cut_over",
        label="Payments and credits of documents older than the start date that the target does not show",
        choices=(
            ("on_account", "Book them on account, applied to nothing, where the target can; else skip them."),
            ("park", "Park them: a person finds the older document in the target."),
            ("skip", "Skip them, with the reason in the trail: they are booked by hand."),
        ),
    ),
    PolicyField(
        name="partly_held",
        label="Payments over several documents of which some cannot be posted yet",
        choices=(
            (
                "after_days",
                "Wait some days, at the longest to the period's end, then book the cash and apply the rest later.",
            ),
            ("wait", "Wait until all of them are posted, however long it takes."),
        ),
    ),
    PolicyField(
        name="wait_days",
        label="Days after which waiting is a problem",
        choices=(
            ("3", "After 3 days somebody is told."),
            ("1", "After a day somebody is told."),
            ("7", "After a week somebody is told."),
            ("14", "After two weeks somebody is told."),
        ),
    ),
    PolicyField(
        name="look_alikes",
        label="Documents that seem to stand in the target already, keyed by hand",
        choices=(
            ("ask", "Park them beside the document found, and ask a person."),
            ("link", "Link them when customer, currency, total, date and applications all agree; ask otherwise."),
        ),
    ),
)


def policies_of(pair: Pair) -> tuple[PolicyField, ...]:
    """Give all policies of a pair: the engine's, in the pair's own words where it has some, then the pair's others."""
    own = {(field.flow, field.name): field for field in pair.policies}
    standard = tuple(own.pop((field.flow, field.name), field) for field in STANDARD if _concerns(pair, field))
    return (*standard, *own.values())


def _concerns(pair: Pair, field: PolicyField) -> bool:
    """Tell whether one of the engine's policies can make a difference for a pair."""
    documents = [flow for flow in pair.flows if flow.is_document]
    told = {(each.flow, each.name) for each in pair.policies}
    reversible = [flow for flow in documents if flow.reverse is not None]
    if field.name == "voided_before_posting":
        return any((flow.slug, field.name) not in told for flow in reversible)
    if field.name in ("voids", "after_posting"):
        return bool(reversible)
    if field.name == "partly_held":  # only what is applied later can be booked in part
        return any(flow.amend is not None and flow.slug == "payments" for flow in documents)
    return True


def stored_name(field: PolicyField) -> str:
    """Give the key under which a sync stores its choice."""
    return f"{field.flow}.{field.name}" if field.flow else field.name


def choice(policies: Mapping[str, str], flow: str, name: str) -> str:
    """Give the choice in force for an object kind: its own, else the sync's, else the engine's default."""
    chosen = policies.get(f"{flow}.{name}") or policies.get(name)
    return chosen or next(field.choices[0][0] for field in STANDARD if field.name == name)
