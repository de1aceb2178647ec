"""A strict stand-in for Chargebee's REST API v2, written from its documentation alone."""

from integrations.connectors.chargebee.simulator.system import ChargebeeSimulator
from integrations.sandbox.world import World


def build(world: World) -> ChargebeeSimulator:
    """Build the simulator into a sandbox world."""
    return ChargebeeSimulator(world)
