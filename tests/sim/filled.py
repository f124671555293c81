"""A world with its wire, and a database that knows it, for scripts on virtual time."""

from dataclasses import replace

from radiusbridge.simulator.build import IspOptions, build_isp
from radiusbridge.simulator.world import World
from tests.sim import files
from tests.sim.filling import fill
from tests.sim.loop import START, VirtualClock, VirtualLoop
from tests.sim.net import Wire
from tests.sim.scenario import draw


def filled(options: IspOptions, loop: VirtualLoop) -> tuple[World, Wire, VirtualClock]:
    """The ISP of these options, everybody's CPE switched on, recorded in a fresh database."""
    world = build_isp(options)
    world.epoch = START.timestamp()
    wire = Wire(world)
    wire.move()
    files.fresh()
    clock = VirtualClock(loop)
    fill(replace(draw(1), isp=options, locked=(), silent_cpes=()), world, clock)
    return world, wire, clock
