"""Recall and NDCG of all users over all items that they have not taken before."""

import numpy
import torch

from shared import array

CUTOFFS = (5, 10, 20, 40)


class Ranking:
    def __init__(self, parameters):
        self.users, self.items = (torch.from_numpy(array(parameters[f"{kind}Vectors"])) for kind in ("user", "item"))
        train, validation, test = ([array(part).astype(numpy.int64) for part in pair] for pair in parameters["pairs"])
        self.before = tuple(torch.from_numpy(numpy.concatenate(both)) for both in zip(train, validation))
        self.wanted = torch.zeros(len(self.users), len(self.items), dtype=torch.bool)
        self.wanted[tuple(map(torch.from_numpy, test))] = True
        self.counts = self.wanted.sum(1)
        self.longest = parameters["longest"]
        self.discounts = 1 / torch.log2(torch.arange(2, self.longest + 2, dtype=torch.float64))

    @torch.inference_mode()
    def run(self):
        scores = self.users @ self.items.T
        scores[self.before] = -torch.inf
        best = scores.topk(self.longest).indices
        judged = self.counts > 0
        hits = self.wanted.gather(1, best)[judged].double()
        counts = self.counts[judged]
        recall = [(hits[:, :k].sum(1) / counts).mean().item() for k in CUTOFFS]
        ideal = self.discounts.cumsum(0)
        ndcg = [
            ((hits[:, :k] * self.discounts[:k]).sum(1) / ideal[counts.clamp(max=k) - 1]).mean().item() for k in CUTOFFS
        ]
        return {"recall": recall, "ndcg": ndcg}


def prepare(parameters):
    return Ranking(parameters).run


def check(parameters):
    return Ranking(parameters).run()
