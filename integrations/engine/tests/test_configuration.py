"""A sync as a file: written, read, compared and taken over; the same file gives the same configuration."""

import dataclasses
import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from integrations.engine import syncs
from integrations.engine.configuration import SCHEMA, differences, export_sync, import_sync, read_configuration
from integrations.engine.tests.builders import make_connection, make_tenant
from integrations.models import Sync
from integrations.policies import policies_of, stored_name
from integrations.registry import pair as pair_of
from integrations.registry import pairs
from mappings.errors import InvalidMappingError
from mappings.rows import ConstantSpec
from mappings.schema import KEYWORDS
from mappings.value_maps import Entry
from mappings.versions import published

PAIR = "chargebee_to_acumatica"


def make_sync(pair_slug: str = PAIR, **fields) -> Sync:
    tenant, pair = make_tenant(), pair_of(pair_slug)
    sides = [make_connection(tenant, slug, **fields) for slug in (pair.source, pair.target)]
    return syncs.create_sync(
        tenant_id=tenant.pk, pair_slug=pair_slug, name="x", source=sides[0], target=sides[1], actor="t"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("pair", sorted(pairs()))
def test_it_writes_every_pair_and_finds_no_difference_to_itself(pair):
    sync = make_sync(pair)
    text = export_sync(sync)
    assert differences(sync, read_configuration(text)) == []
    assert import_sync(sync, read_configuration(text), actor="t") == []
    assert "credential" not in text


@pytest.mark.django_db
def test_it_promotes_what_the_sandbox_has_to_live():
    sandbox, live = make_sync(), make_sync(environment="live")
    syncs.change_sync(sandbox, changes={"start_date": date(2026, 1, 1), "every_minutes": 5}, actor="t")
    text = export_sync(sandbox)
    lines = differences(live, read_configuration(text))
    assert {"start date", "every minutes"} <= {line.where for line in lines}
    assert any(line.where.startswith("map line_accounts: item | *") and line.after == "40000" for line in lines)
    import_sync(live, read_configuration(text), actor="t")
    assert export_sync(Sync.objects.get(pk=live.pk)) == text
    assert differences(live, read_configuration(text)) == []


@pytest.mark.django_db
def test_it_leaves_drafts_where_it_is_not_to_publish():
    sandbox, live = make_sync(), make_sync(environment="live")
    before = export_sync(live)
    import_sync(live, read_configuration(export_sync(sandbox)), actor="t", publishes=False)
    assert published(sync_id=live.pk, flow="invoices").version == 1
    assert before.partition("maps:")[2] == export_sync(live).partition("maps:")[2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pair: chargebee_to_acumatica", "pair: no_such_pair", "no pair no_such_pair"),
        ("format: ml-connector/sync/1", "format: other", "format"),
        ("  posting_mode: documents", "  posting_mode: guesses", "posting_mode"),
        ("  posting_mode: documents", "  no_policy: documents", "no policy no_policy"),
        ("runs: minutes", "runs: [", "line"),
        ("runs: minutes", "sometimes: true", "sometimes"),
        ("path: date", "path: date\n      password: x", "password"),
        ("flows:", "x: &a [1]\ny: *a\nflows:", "aliases"),
    ],
)
def test_it_refuses_a_file_whole_and_names_the_place(old, new, said):
    sync = make_sync()
    text = export_sync(sync)
    assert old in text
    with pytest.raises(InvalidMappingError, match=said):
        read_configuration(text.replace(old, new, 1))


@pytest.mark.django_db
def test_it_keeps_texts_that_look_like_other_things():
    sync = make_sync("jde_to_billcom")
    text = export_sync(sync)
    values = {entry.value for entry in read_configuration(text).maps["companies"].entries}
    assert values == {"yes", "no"}


def test_its_schema_is_json_and_says_nothing_that_is_not_checked():
    def keywords(schema):
        yield from schema
        for part in (*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")):
            if isinstance(part, dict):
                yield from keywords(part)

    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert set(keywords(SCHEMA)) <= KEYWORDS


CODES = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
ENTRIES = st.dictionaries(
    st.tuples(CODES, st.one_of(CODES, st.just("*"), st.sampled_from(["no", "1.0", "2026-01-31", "null", "~", "007"]))),
    st.one_of(CODES, st.sampled_from(["", "yes", "12.50", "0x1F", "- a", "a: b", "#x", "'"])),
    max_size=6,
)
TARGET = pair_of(PAIR)
POLICIES = st.fixed_dictionaries(
    {stored_name(one): st.sampled_from([choice for choice, _ in one.choices]) for one in policies_of(TARGET)}
)
CONSTANTS = st.one_of(CODES, st.sampled_from(["on", "1e3", "null", "  x", "2026-01-31"]))


class RoundTrip(TestCase):
    """Hypothesis with the database rolled back after each example."""

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(entries=ENTRIES, policies=POLICIES, text=CONSTANTS, minutes=st.integers(1, 999), day=st.none() | st.dates())
    def test_it_gives_the_same_configuration_after_export_and_import(self, entries, policies, text, minutes, day):
        sync, other = make_sync(), make_sync()
        import_sync(sync, changed(sync, entries, policies, text, minutes, day), actor="t")
        written = export_sync(Sync.objects.get(pk=sync.pk))
        import_sync(other, read_configuration(written), actor="t")
        assert export_sync(Sync.objects.get(pk=other.pk)) == written
        assert import_sync(Sync.objects.get(pk=other.pk), read_configuration(written), actor="t") == []


def changed(sync, entries, policies, text, minutes, day):
    """Give a configuration with these entries in a map, a constant in a row, policies and schedule."""
    base = read_configuration(export_sync(sync))
    accounts = base.maps["line_accounts"]
    maps = {
        **base.maps,
        "line_accounts": dataclasses.replace(
            accounts, entries=tuple(Entry(keys=keys, value=value) for keys, value in entries.items())
        ),
    }
    rows = tuple(
        dataclasses.replace(row, spec=ConstantSpec(value=text)) if row.id == "Description" else row
        for row in base.flows["invoices"].rows
    )
    flows = {**base.flows, "invoices": dataclasses.replace(base.flows["invoices"], rows=rows)}
    said = {**base.settings, "policies": policies, "every_minutes": minutes, "start_date": day}
    return dataclasses.replace(base, settings=said, maps=maps, flows=flows)
