"""A person without a mouse: goes through a page with Tab, types, presses Enter; what has the focus must be seen."""

from playwright.sync_api import Locator, Page

MOST_STOPS = 120  # of one page
SHOWS_FOCUS = """e => { const s = getComputedStyle(e);
  return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; }"""


class Keyboard:
    """The only way in which a keyboard journey touches its page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def skip_to_content(self) -> None:
        """Take the first stop of every page of the portal."""
        self.press(self.page.get_by_role("link", name="Skip to content"))

    def reach(self, wanted: Locator) -> Locator:
        """Tab until the wanted thing has the focus and shows it."""
        wanted.wait_for()
        for _ in range(MOST_STOPS):
            if wanted.evaluate("e => e === document.activeElement"):
                assert wanted.evaluate(SHOWS_FOCUS), f"Nobody sees that {wanted} has the focus."
                return wanted
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_STOPS} times Tab do not lead to {wanted} on {self.page.url}.")

    def press(self, wanted: Locator) -> None:
        """Reach a link or a button and press Enter."""
        self.reach(wanted)
        self.page.keyboard.press("Enter")

    def type(self, label: str, text: str) -> None:
        """Reach a field and type over what it holds."""
        self.reach(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def link(self, name: str) -> None:
        """Follow a link by its name."""
        self.press(self.page.get_by_role("link", name=name).first)

    def button(self, name: str) -> None:
        """Press a button by its name."""
        self.press(self.page.get_by_role("button", name=name, exact=True).first)
