"""A strict stand-in for BILL's API v3, written from its documentation alone."""

from integrations.connectors.billcom.simulator.app import BillCom
from integrations.sandbox.world import World


def build(world: World) -> BillCom:
    """Build the simulator into a sandbox world."""
    return BillCom(world)
