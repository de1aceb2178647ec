"""What a connector declares: form, guide, explanations, webhooks."""

import re

import pytest

from integrations import registry
from integrations.contracts import InboundRequest
from integrations.errors import ConfigurationError, ContractError
from integrations.explanations import SHARED_CODES
from tests.conformance.bench import Bench
from tests.conformance.systems import SLUGS, codes_of, offers

FIELDS = [(slug, each) for slug in SLUGS for each in registry.connector(slug).fields]
REQUIRED = [(slug, each) for slug, each in FIELDS if each.required and not each.default and each.kind != "generated"]
INBOUND = [slug for slug in SLUGS if registry.connector(slug).inbound]
ENGINES = {"mapping"}  # explained by the portal beside the mapping
JUNK = "\x00\nno such <b>value</b>"


def _name(value: object) -> str:
    return value if isinstance(value, str) else value.name


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("name", ["guide.md", "README.md", "logo.svg"])
def test_it_brings_its_pages(slug: str, name: str):
    assert (registry.folder("connectors", slug) / name).read_text().strip()


@pytest.mark.parametrize("slug", SLUGS)
def test_its_readme_says_what_is_verified_and_what_inferred_and_when(slug: str):
    told = (registry.folder("connectors", slug) / "README.md").read_text()
    assert "inferred" in told
    assert re.search(r"Verified.{0,900}\b20\d\d-\d\d-\d\d", told, re.DOTALL)
    assert "Not verified" in told


@pytest.mark.parametrize(("slug", "field"), FIELDS, ids=_name)
def test_it_labels_and_helps_with_every_field(slug: str, field):
    assert field.label
    assert field.help


@pytest.mark.parametrize(("slug", "field"), FIELDS, ids=_name)
def test_its_guide_explains_every_field_by_its_label(slug: str, field):
    assert f"**{field.label}**" in (registry.folder("connectors", slug) / "guide.md").read_text()


@pytest.mark.parametrize("slug", SLUGS)
def test_it_declares_the_streams_and_sinks_that_it_gives(slug: str):
    streams, sinks = offers(slug)
    assert set(registry.connector(slug).streams) == streams
    assert set(registry.connector(slug).sinks) == sinks


@pytest.mark.parametrize("slug", SLUGS)
def test_it_can_be_read_or_written_to(slug: str):
    assert registry.connector(slug).streams or registry.connector(slug).sinks


@pytest.mark.parametrize(("slug", "field"), FIELDS, ids=_name)
def test_it_offers_choices_exactly_where_one_chooses(slug: str, field):
    assert bool(field.choices) == (field.kind == "choice")


@pytest.mark.parametrize(("slug", "field"), FIELDS, ids=_name)
def test_it_refuses_junk_and_names_the_field(bench: Bench, slug: str, field):
    with pytest.raises(ConfigurationError) as caught:
        bench.connector.clean(bench.typed(**{field.name: JUNK}))
    assert caught.value.field == field.name


@pytest.mark.parametrize(("slug", "field"), REQUIRED, ids=_name)
def test_it_asks_for_what_is_missing(bench: Bench, slug: str, field):
    with pytest.raises(ConfigurationError) as caught:
        bench.connector.clean(bench.typed(**{field.name: ""}))
    assert caught.value.field == field.name


@pytest.mark.parametrize("slug", SLUGS)
def test_it_cleans_the_same_twice(bench: Bench, slug: str):
    cleaned = bench.connector.clean(bench.typed())
    assert bench.connector.clean(cleaned) == cleaned


@pytest.mark.parametrize("slug", SLUGS)
def test_it_explains_ten_codes_and_more_once_each(slug: str):
    codes = [each.code for each in registry.connector(slug).explanations]
    assert len(codes) >= 10
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_explains_every_code_that_its_errors_carry(slug: str):
    known = {each.code for each in registry.connector(slug).explanations}
    assert codes_of(slug) - known - SHARED_CODES - ENGINES == set()


def test_they_explain_sixty_codes_and_more():
    assert sum(len(registry.connector(slug).explanations) for slug in SLUGS) >= min(60, 10 * len(SLUGS))


@pytest.mark.parametrize("slug", SLUGS)
def test_it_tells_cause_and_fix_and_who_must_act(slug: str):
    for each in registry.connector(slug).explanations:
        assert each.code, each
        assert each.title, each
        assert each.cause, each
        assert each.fix, each
        assert each.who in ("accountant", "erp_admin", "portal_owner", "support"), each


@pytest.mark.parametrize("slug", INBOUND)
def test_it_trusts_no_webhook_without_a_secret(bench: Bench, slug: str):
    inbound = bench.connector.inbound
    wanted = dict.fromkeys(inbound.secret_names, "sandbox-inbound-secret")
    assert inbound.secret_names
    assert inbound.guide
    assert inbound.verify(InboundRequest(headers={}, body=b"{}"), wanted) is False


@pytest.mark.parametrize("slug", INBOUND)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff\xfe"])
def test_it_refuses_a_webhook_body_that_is_none(bench: Bench, slug: str, body: bytes):
    with pytest.raises(ContractError) as caught:
        bench.connector.inbound.hint(InboundRequest(headers={}, body=body))
    assert caught.value.code
