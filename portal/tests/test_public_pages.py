"""The public face: a page for every system and pair, the documentation, status, and what search engines read."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from integrations import registry
from portal.catalogue import public_slug
from portal.handbook import entries
from portal.tests.screens import make_company
from portal.texts import page_of
from portal.vitals import vitals

pytestmark = pytest.mark.django_db

PAGES = ["/", "/integrations/", "/security/", "/docs/", "/status/"]


def linked_of(page):
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)
    return json.loads(found[1])


def addresses(client):
    return re.findall(r"<loc>http://testserver(.*?)</loc>", client.get("/sitemap.xml").content.decode())


def test_it_lists_every_public_page_in_the_sitemap_and_each_answers(client):
    found = addresses(client)

    assert {url: client.get(url).status_code for url in found} == dict.fromkeys(found, 200)
    assert set(PAGES) <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("slug", sorted(registry.pairs()))
def test_it_makes_a_page_of_every_pair(client, slug):
    pair = registry.pairs()[slug]
    seen = client.get(f"/integrations/{public_slug(slug)}/").content.decode()

    for words in ("What moves", "How it works", "An example", "What you can do", "Questions", "Free to use"):
        assert words in seen
    assert f"/systems/{pair.source}/" in seen
    assert f"/systems/{pair.target}/" in seen
    assert {each["@type"] for each in linked_of(seen)} == {"SoftwareApplication", "FAQPage", "BreadcrumbList"}


@pytest.mark.parametrize("slug", sorted(registry.connectors()))
def test_it_makes_a_page_of_every_system_with_what_connects_to_it(client, slug):
    seen = client.get(f"/systems/{slug}/").content.decode()
    joined = [pair.slug for pair in registry.pairs().values() if slug in (pair.source, pair.target)]

    assert [each for each in joined if f"/integrations/{public_slug(each)}/" not in seen] == []
    assert f"/docs/guides/{slug}/" in seen


def test_it_gives_every_public_page_a_title_and_a_description_of_its_own(client):
    pages = [client.get(url).content.decode() for url in addresses(client)]
    titles = [re.search(r"<title>(.+?)</title>", page, re.S)[1] for page in pages]
    described = [re.search(r'<meta name="description" content="(.+?)"', page, re.S)[1] for page in pages]

    assert len(set(titles)) == len(titles)
    assert len(set(described)) == len(described)
    assert all("canonical" in page for page in pages)


def test_it_finds_nothing_under_other_names(client):
    gone = ["/integrations/nothing/", "/systems/nothing/", "/docs/nothing/", "/docs/../settings/"]

    assert {client.get(url).status_code for url in gone} == {404}


def test_it_allows_structured_data_by_a_nonce(client):
    answer = client.get("/")
    nonce = re.search(r'ld\+json" nonce="([^"]+)"', answer.content.decode())[1]

    assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
    assert "nonce" not in client.get("/status/")["Content-Security-Policy"]


def test_it_links_pages_of_the_documentation_with_each_other(client):
    seen = {slug: entry.page.html for slug, entry in entries().items()}

    assert 'href="/docs/decisions/hash-chain/"' in seen["security"]
    assert [slug for slug, text in seen.items() if re.search(r'href="[^"]*\.(md|py)', text)] == []


def test_it_publishes_what_a_guide_tells_to_build(client):
    guide = client.get("/docs/guides/jde/").content.decode()
    wanted = [path.stem for path in (registry.folder("connectors", "jde") / "specifications").glob("*.md")]
    linked = set(re.findall(r'href="(/docs/guides/specifications/[^"]+)"', guide))

    assert {f"/docs/guides/specifications/{name}/" for name in wanted} == linked
    assert {client.get(url).status_code for url in linked} == {200}


def test_it_shows_the_pictures_of_the_documentation(client):
    shown = re.findall(r'<img src="/static/([^"]+)" alt="[^"]+', client.get("/docs/mapping/").content.decode())
    assert len(shown) > 5
    assert all(finders.find(path) for path in shown)


def test_it_leads_only_to_headings_that_exist(client):
    broken = []
    for entry in entries().values():
        for slug, anchor in re.findall(r'href="/docs/([^"#]+)/#([^"]+)"', entry.page.html):
            if anchor not in {heading.id for heading in entries()[slug].page.headings}:
                broken.append((entry.slug, slug, anchor))

    assert broken == []


def test_it_says_only_once_where_security_stands(client):
    assert 'rel="canonical" href="http://testserver/security/"' in client.get("/docs/security/").content.decode()


def test_it_keeps_search_engines_out_of_the_rest(client):
    answer = client.get("/robots.txt")

    assert answer["Content-Type"] == "text/plain"
    assert "Disallow: /admin/" in answer.content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in answer.content.decode()


def test_it_shows_counts_and_no_names_on_the_status_page(client):
    make_company("Secretive")
    seen = client.get("/status/").content.decode()

    assert "Secretive" not in seen
    assert "Main sync" not in seen
    assert [part.name for part in vitals().parts] == ["Portal and database", "Workers", "Scheduled runs", "Webhooks"]


def test_it_says_that_no_worker_runs(client):
    assert "No worker is running" in client.get("/status/").content.decode()


def test_it_leads_people_who_are_signed_in_to_the_setting_up(client):
    seen = make_company().client().get("/integrations/chargebee-to-netsuite/").content.decode()

    assert reverse("sync_create_pair", args=["chargebee_to_netsuite"]) in seen
    assert "Get started" not in seen


def test_it_costs_visitors_no_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/integrations/chargebee-to-netsuite/")


def test_it_reads_title_lead_sections_and_questions_of_a_page():
    page = page_of("# Title\n\nThe *lead*.\n\n## One\n\nText.\n\n## Questions\n\n**Why?** Because.\n\n**How?** So.\n")

    assert (page.title, page.lead, [each.id for each in page.sections]) == ("Title", "The lead.", ["one"])
    assert [(each.question, each.plain) for each in page.questions] == [("Why?", "Because."), ("How?", "So.")]


def test_it_never_obeys_html_in_a_page():
    page = page_of("# T\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <b>bold</b>\n")

    assert "<script" not in page.html
    assert "<b>" not in page.html
