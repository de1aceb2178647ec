"""A strict stand-in for JD Edwards' AIS server and the EnterpriseOne behind it, written from documentation alone."""

from integrations.connectors.jde.simulator.system import JdeSimulator
from integrations.sandbox.world import World


def build(world: World) -> JdeSimulator:
    """Build the simulator into a sandbox world."""
    return JdeSimulator(world)
