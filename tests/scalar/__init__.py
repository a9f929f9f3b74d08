"""The scalar reference: the model's rules one trial at a time, in plain floats, from the same draws as a batch.

Independent of the rules in `sim.world`: from there it takes names and addressed draws only.
"""

from scalar.draws import Draws
from scalar.model import Reference, play, play_prepared
from scalar.parameters import numbers_of, prepare

__all__ = ["Draws", "Reference", "numbers_of", "play", "play_prepared", "prepare"]
