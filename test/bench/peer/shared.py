"""What the peer's modules have in common: numbers that the other side wrote."""

import numpy


def array(shared):
    """The numbers behind what `share` of the other side gave, as a NumPy array of their shape."""
    return numpy.fromfile(shared["file"], dtype=shared["type"]).reshape(shared["shape"])
