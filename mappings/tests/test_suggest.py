"""Suggestions: by number, by neighbour, by name; each with a reason, none by chance."""

from mappings.suggest import SURE, Candidate, suggest
from mappings.value_maps import Entry

ACCOUNTS = (
    Candidate(value="4000", name="Subscription Revenue"),
    Candidate(value="4010", name="Setup Fees"),
    Candidate(value="4900", name="Discounts and Allowances"),
    Candidate(value="1210", name="Stripe Clearing"),
)


def test_it_finds_the_same_number():
    best = suggest(("4010",), ACCOUNTS)[0]
    assert (best.value, best.score, "4010" in best.reason) == ("4010", 100, True)


def test_it_finds_a_number_inside_a_code():
    assert suggest(("REV-4010-DE",), ACCOUNTS)[0].value == "4010"


def test_it_finds_a_name_in_other_words_order():
    assert suggest(("setup-fee-USD",), ACCOUNTS)[0].value == "4010"
    assert suggest(("stripe", "EUR"), ACCOUNTS)[0].value == "1210"


def test_it_takes_what_the_likest_neighbour_gives_for_sure():
    known = [Entry(keys=("item", "team-pro-USD-Monthly"), value="4000")]
    best = suggest(("item", "team-pro-EUR-Monthly"), ACCOUNTS, known=known)[0]
    assert (best.value, "team-pro-USD-Monthly" in best.reason, best.score >= SURE - 20) == ("4000", True, True)


def test_it_reads_what_the_lines_say():
    assert suggest(("x1",), ACCOUNTS, texts=["Subscription, monthly"])[0].value == "4000"


def test_it_suggests_nothing_by_chance():
    assert suggest(("zq-77",), ACCOUNTS) == ()
    assert suggest((), ()) == ()
