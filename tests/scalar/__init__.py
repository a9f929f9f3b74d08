"""The scalar reference: the model's rules one trial at a time, in plain floats, from the same draws as a batch.

Independent of the rules in `sim.world`: from there it takes names and addressed draws only.
"""

from scalar.draws import Draws
from scalar.model import Reference, play, play_prepared
from scalar.parameters import Trial, numbers_of, prepare
from scalar.result import Row

__all__ = ["Draws", "Reference", "Row", "Trial", "numbers_of", "play", "play_prepared", "prepare"]
