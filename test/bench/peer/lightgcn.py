"""LightGCN trained by BPR: an epoch of steps, with seeded batches and uniform negatives."""

import warnings

import numpy
import torch

from shared import array

warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")


class Symmetric(torch.autograd.Function):
    """A product with a symmetric sparse matrix, whose gradient is the same product."""

    @staticmethod
    def forward(context, matrix, x):
        context.matrix = matrix
        return matrix @ x

    @staticmethod
    def backward(context, gradient):
        return None, context.matrix @ gradient


PRODUCTS = {"coo": torch.sparse.mm, "csr": torch.mm, "symmetric": Symmetric.apply}


class LightGcn:
    def __init__(self, parameters):
        self.users, self.items = parameters["users"], parameters["items"]
        self.layers, self.batch = parameters["layers"], parameters["batch"]
        self.of_users, self.of_items = array(parameters["ofUsers"]), array(parameters["ofItems"])
        self.product = PRODUCTS[parameters["product"]]
        self.matrix = self.adjacency(parameters["product"])
        self.nodes = torch.nn.Parameter(torch.from_numpy(array(parameters["nodes"]).copy()))
        self.optimizer = torch.optim.Adam(
            [self.nodes], lr=parameters["rate"], weight_decay=parameters["decay"], fused=True
        )
        self.random = numpy.random.default_rng(1)
        self.taken = numpy.zeros((self.users, self.items), dtype=bool)
        self.taken[self.of_users, self.of_items] = True

    def adjacency(self, product):
        count = self.users + self.items
        places = self.of_items + self.users
        ends = numpy.stack([numpy.r_[self.of_users, places], numpy.r_[places, self.of_users]])
        degrees = numpy.bincount(ends[0], minlength=count)
        values = (1 / numpy.sqrt(degrees[ends[0]] * degrees[ends[1]])).astype(numpy.float32)
        coo = torch.sparse_coo_tensor(torch.from_numpy(ends), torch.from_numpy(values), (count, count)).coalesce()
        return coo if product == "coo" else coo.to_sparse_csr()

    def vectors(self):
        layers = [self.nodes]
        for _ in range(self.layers):
            layers.append(self.product(self.matrix, layers[-1]))
        return torch.stack(layers).mean(0)

    def step(self, users, items, others):
        vectors = self.vectors()
        ahead = (vectors[users] * (vectors[items] - vectors[others])).sum(1)
        loss = torch.nn.functional.softplus(-ahead).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def negatives(self, users):
        """An item that each user did not take, drawn again where it was taken."""
        drawn = self.random.integers(0, self.items, len(users))
        again = numpy.nonzero(self.taken[users, drawn])[0]
        while len(again):
            drawn[again] = self.random.integers(0, self.items, len(again))
            again = again[self.taken[users[again], drawn[again]]]
        return drawn

    def epoch(self):
        order = self.random.permutation(len(self.of_users))
        for at in range(0, len(order), self.batch):
            chosen = order[at : at + self.batch]
            users = self.of_users[chosen]
            items, others = self.of_items[chosen] + self.users, self.negatives(users) + self.users
            self.step(*(torch.from_numpy(part.astype(numpy.int64)) for part in (users, items, others)))


def prepare(parameters):
    return LightGcn(parameters).epoch


def check(parameters):
    model = LightGcn(parameters)
    samples = [[torch.from_numpy(array(role).astype(numpy.int64)) for role in roles] for roles in parameters["samples"]]
    losses = [model.step(*roles) for roles in samples]
    moments = model.optimizer.state[model.nodes]["exp_avg"]
    return {
        "losses": losses,
        "values": model.nodes.detach().flatten().tolist(),
        "moments": moments.flatten().tolist(),
    }
