"""A training step of one client: rows from its tensors, loss, gradients, Adam."""

import torch
from torch import nn

from mmoe import Mmoe
from shared import array
from template import TemplateMmoe

LEARNING_RATE, WEIGHT_DECAY, PULL = 1e-3, 1e-6, 1e-3


class Client:
    def __init__(self, parameters):
        data = parameters["data"]
        self.ids, self.numbers, self.labels = (torch.from_numpy(array(data[name])) for name in ("ids", "numbers", "labels"))
        self.batch = parameters["batch"]
        self.model = model_of(parameters)
        self.optimizers = optimizers(self.model, parameters.get("sparse", False))
        self.loss = nn.BCELoss()
        self.pulled = self.model.pulled() if parameters["template"] else []
        self.received = [p.detach().clone() for p in self.pulled]
        self.order, self.at = torch.randperm(len(self.ids)), 0

    def rows(self):
        """The next rows of an order that is drawn anew for each pass."""
        if self.at + self.batch > len(self.ids):
            self.order, self.at = torch.randperm(len(self.ids)), 0
        self.at += self.batch
        return self.order[self.at - self.batch : self.at]

    def step(self):
        rows = self.rows()
        labels = self.labels[rows]
        outputs = self.model(self.ids[rows], self.numbers[rows])
        loss = sum(self.loss(output, labels[:, task]) for task, output in enumerate(outputs)) / len(outputs)
        self.model.zero_grad()
        loss.backward()
        if self.pulled:
            # The gradient of the alignment term, added as it is: through the graph it would cost more.
            apart = torch._foreach_sub([p.detach() for p in self.pulled], self.received)
            torch._foreach_add_([p.grad for p in self.pulled], apart, alpha=PULL)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.item()


def model_of(parameters):
    model = TemplateMmoe(parameters) if parameters["template"] else Mmoe(parameters)
    if parameters.get("values"):
        model.load(parameters["values"])
    return model


def optimizers(model, sparse):
    """Adam for everything; of a sparse table only the rows of a batch move, without weight decay.

    Fused, which no default is on a CPU: it was never slower here, and up to a seventh of a step faster.
    """
    table = model.fields.table.weight
    dense = [p for p in model.parameters() if not sparse or p is not table]
    adam = torch.optim.Adam(dense, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    return [adam, torch.optim.SparseAdam([table], lr=LEARNING_RATE)] if sparse else [adam]


def prepare(parameters):
    return Client(parameters).step


def check(parameters):
    """Losses of three steps, and gradients of the first, as its first moments tell them."""
    client = Client(parameters)
    client.received = [p * 0.5 for p in client.received]
    losses = [client.step()]
    state = client.optimizers[0].state
    moments = client.model.tensors(lambda p: state[p]["exp_avg"] / 0.1)
    losses += [client.step(), client.step()]
    gradients = {f"gradient of {name}": moments[name].flatten().tolist() for name in parameters["gradients"]}
    return {"losses": losses, **gradients}
