"""The documentation of the orchestrations is what the definitions say."""

from integrations.connectors.jde.orchestrations import ORCHESTRATIONS
from integrations.connectors.jde.specification import FOLDER, pages


def test_it_keeps_the_pages_up_to_date():
    stale = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `python -m integrations.connectors.jde.specification`"


def test_it_has_a_page_for_each_orchestration_and_no_other():
    assert {path.stem for path in FOLDER.glob("*.md")} == {one.name for one in ORCHESTRATIONS}


def test_it_says_where_the_reference_is_stored():
    texts = [text for path, text in pages().items() if path.stem != "MLC_SYS_PING"]
    assert all("**Our reference is stored in**: " in text and "`externalRef`" in text for text in texts)
