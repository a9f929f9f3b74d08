"""What happens: one batch of paired worlds, played month by month."""

from sim.world.log import Log
from sim.world.odds import Odds
from sim.world.outcomes import OUTCOMES, Outcomes
from sim.world.response import LEVELS
from sim.world.streams import BLOCK
from sim.world.world import PHASES, World

__all__ = ["BLOCK", "LEVELS", "OUTCOMES", "PHASES", "Log", "Odds", "Outcomes", "World"]
