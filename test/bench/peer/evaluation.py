"""Logits of many rows in batches, and the AUC of each task."""

import numpy
import torch

from shared import array
from step import model_of

BATCH = 2048


def auc(scores, labels):
    """Area under the ROC curve as scikit-learn computes it: sorted by score, ties as one step, trapezoids."""
    order = numpy.argsort(scores, kind="mergesort")[::-1]
    scores, labels = scores[order], labels[order]
    ends = numpy.r_[numpy.nonzero(numpy.diff(scores))[0], len(scores) - 1]
    hits = numpy.cumsum(labels, dtype=numpy.float64)[ends]
    misses = 1 + ends - hits
    hits, misses = numpy.r_[0, hits], numpy.r_[0, misses]
    return numpy.trapezoid(hits / hits[-1], misses / misses[-1])


class Evaluation:
    def __init__(self, parameters):
        data = parameters["data"]
        self.ids, self.numbers = (torch.from_numpy(array(data[name])) for name in ("ids", "numbers"))
        self.labels = array(data["labels"])
        self.model = model_of({"template": None, **parameters}).eval()

    @torch.inference_mode()
    def run(self):
        parts = [
            torch.stack(self.model(self.ids[at : at + BATCH], self.numbers[at : at + BATCH]), 1)
            for at in range(0, len(self.ids), BATCH)
        ]
        scores = torch.cat(parts).numpy()
        return scores, [float(auc(scores[:, task], self.labels[:, task])) for task in range(scores.shape[1])]


def prepare(parameters):
    return Evaluation(parameters).run


def check(parameters):
    scores, aucs = Evaluation(parameters).run()
    logits = numpy.log(scores / (1 - scores))
    names = ("click", "conversion")
    return {"aucs": aucs, **{f"logits of {name}": logits[:, task].tolist() for task, name in enumerate(names)}}
