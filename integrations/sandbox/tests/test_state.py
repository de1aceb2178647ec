"""Facts about a kept sandbox: it comes back as it was, and what cannot be read is no world."""

from integrations.connectors.chargebee.simulator import build
from integrations.sandbox.state import load, save
from integrations.sandbox.world import World


def test_it_brings_a_world_back_as_it_was(tmp_path):
    world = World([build], seed=3)
    world.simulators["chargebee"].controls()["POST generate"]({"customers": 4, "seed": 3})
    world.advance(3600)
    path = tmp_path / "kept" / "sandbox.state"
    save(world, path)
    again = load(path)
    assert (again.id, again.state("chargebee")) == (world.id, world.state("chargebee"))
    assert path.stat().st_mode & 0o077 == 0


def test_it_lets_a_kept_world_go_on(tmp_path):
    world = World([build], seed=3)
    save(world, tmp_path / "state")
    again = load(tmp_path / "state")
    again.simulators["chargebee"].controls()["POST generate"]({"customers": 2, "seed": 1})
    assert again.state("chargebee")["documents"]


def test_it_takes_nothing_for_a_world_that_is_none(tmp_path):
    assert load(tmp_path / "absent") is None
    (tmp_path / "broken").write_bytes(b"\x80\x04nonsense")
    assert load(tmp_path / "broken") is None


def test_it_takes_no_world_of_other_code_than_this(tmp_path):
    save(World([build], seed=3), tmp_path / "state")
    kept = (tmp_path / "state").read_bytes()
    (tmp_path / "state").write_bytes(bytes(32) + kept[32:])
    assert load(tmp_path / "state") is None
