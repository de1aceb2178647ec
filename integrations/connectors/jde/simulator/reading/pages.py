"""Next pages: a result set that lives on the HTML server, and the link that leads to it."""

from secrets import token_hex
from urllib.parse import quote

from integrations.connectors.jde.simulator.reading.browse import Browse
from integrations.connectors.jde.simulator.reading.render import GRID_ID
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.connectors.jde.simulator.server import Call
from integrations.connectors.jde.simulator.sessions import Cursor, Session
from integrations.sandbox.app import Json


def new_rid() -> str:
    """Make the id of a form run."""
    return token_hex(8)


def cursor(browse: Browse, rest: list[Row], size: int, call: Call) -> Cursor:
    """Keep what is left of a result set; its page size stays that of the first page."""
    return Cursor(
        rid=new_rid(),
        target=browse.target,
        schema=browse.schema,
        aliases=browse.aliases,
        output=browse.output,
        rows=rest,
        size=size,
        dies_s=call.now.timestamp() + call.server.options.result_set_timeout_s,
    )


def links(call: Call, session: Session, found: Cursor) -> Json:
    """Give the links of a page with a next one: an internal host and the token in the query, as the real one does."""
    columns = "|".join(f"{found.schema.name}.{alias.name}" for alias in found.aliases)
    query = (
        f"stackId=1&stateId={found.state}&rid={found.rid}&fullGridId={GRID_ID}&formOID={found.target}"
        f"&token={quote(session.token, safe='')}&outputType={found.output}&returnControlIDs={quote(columns, safe='|.')}"
    )
    href = f"{call.server.options.link_origin}/jderest/v2/dataservice/next?{query}"
    return {"links": [{"rel": "next", "href": href}]}
