"""Paginators: they read everything, and never turn in circles."""

import pytest

from integrations.errors import ContractError
from integrations.paging import by_keyset, by_offset, by_token

PAGES = {"": ([1, 2], "b"), "b": ([], "c"), "c": ([3], None)}


def items_of(pages):
    return [item for page in pages for item in page.items]


def test_it_follows_tokens_past_an_empty_page():
    assert items_of(by_token(PAGES.__getitem__)) == [1, 2, 3]


def test_it_says_where_the_next_page_starts():
    assert [page.next for page in by_token(PAGES.__getitem__)] == ["b", "c", ""]


def test_it_goes_on_from_a_token():
    assert items_of(by_token(PAGES.__getitem__, start="c")) == [3]


def test_it_refuses_a_token_that_came_before():
    circle = {"": ([1], "b"), "b": ([2], "c"), "c": ([3], "b")}
    with pytest.raises(ContractError, match="circle"):
        items_of(by_token(circle.__getitem__))


def test_it_counts_offsets_in_multiples_of_the_size():
    asked = []

    def fetch(offset):
        asked.append(offset)
        return [offset], offset < 200

    items_of(by_offset(fetch, size=100))
    assert asked == [0, 100, 200]


def test_it_refuses_an_empty_page_that_promises_more():
    with pytest.raises(ContractError, match="circle"):
        items_of(by_offset(lambda offset: ([], True), size=10))


def test_it_reads_by_keyset():
    rows = [f"{number:03}" for number in range(7)]
    read = by_keyset(lambda after: [row for row in rows if row > after][:3], key_of=str, size=3)
    assert items_of(read) == rows


def test_it_refuses_a_full_page_that_does_not_move_on():
    with pytest.raises(ContractError, match="circle"):
        items_of(by_keyset(lambda after: ["a", "b"], key_of=str, size=2))
