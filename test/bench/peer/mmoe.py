"""MMoE in PyTorch, in the layer order and sizes of the public benchmark code (MTReclib)."""

import torch
from torch import nn

from shared import array


class Fields(nn.Module):
    """All fields in one table with offsets, and numbers as one more field: ids, numbers → [batch, inputs]."""

    def __init__(self, sizes, numbers, width, sparse):
        super().__init__()
        starts = torch.tensor([0, *sizes[:-1]]).cumsum(0)
        self.register_buffer("starts", starts.to(torch.int32))
        self.table = nn.Embedding(sum(sizes), width, sparse=sparse)
        nn.init.xavier_uniform_(self.table.weight)
        self.numbers = nn.Linear(numbers, width)

    def forward(self, ids, numbers):
        looked = self.table(ids + self.starts)
        return torch.cat([looked, self.numbers(numbers).unsqueeze(1)], 1).flatten(1)


def perceptron(width, layers, dropout, logit):
    """Linear, BatchNorm, ReLU, Dropout per layer; a tower ends in one logit."""
    parts = []
    for units in layers:
        parts += [nn.Linear(width, units), nn.BatchNorm1d(units), nn.ReLU(), nn.Dropout(dropout)]
        width = units
    if logit:
        parts.append(nn.Linear(width, 1))
    return nn.Sequential(*parts)


class Mmoe(nn.Module):
    """Returns probabilities, one tensor [batch] per task."""

    def __init__(self, parameters):
        super().__init__()
        sizes, tasks = parameters["sizes"], parameters["tasks"]
        width, experts, dropout = sizes["embedding"], sizes["experts"], sizes["dropout"]
        fields, numbers = parameters["fieldSizes"], parameters["numbers"]
        inputs = (len(fields) + 1) * width
        self.fields = Fields(fields, numbers, width, parameters.get("sparse", False))
        self.make_experts(inputs, parameters)
        self.gates = nn.ModuleList(nn.Sequential(nn.Linear(inputs, experts), nn.Softmax(1)) for _ in range(tasks))
        last = sizes["expertLayers"][-1]
        self.towers = nn.ModuleList(perceptron(last, sizes["towerLayers"], dropout, True) for _ in range(tasks))

    def make_experts(self, inputs, parameters):
        sizes = parameters["sizes"]
        self.experts = nn.ModuleList(
            perceptron(inputs, sizes["expertLayers"], sizes["dropout"], False) for _ in range(sizes["experts"])
        )

    def expert_outputs(self, x):
        """[batch, experts, units] for each task, here the same for all."""
        together = torch.cat([expert(x).unsqueeze(1) for expert in self.experts], 1)
        return [together] * len(self.gates)

    def forward(self, ids, numbers):
        x = self.fields(ids, numbers)
        outputs = self.expert_outputs(x)
        mixed = [torch.bmm(gate(x).unsqueeze(1), own).squeeze(1) for gate, own in zip(self.gates, outputs)]
        return [torch.sigmoid(tower(one).squeeze(1)) for tower, one in zip(self.towers, mixed)]

    def tensors(self, of):
        """`of(parameter)` for every parameter under the other side's name, in its shape.

        Biases in front of batch normalisation have no counterpart there.
        """
        named = {
            "embedding": of(self.fields.table.weight),
            "projection.weight": of(self.fields.numbers.weight).T,
            "projection.bias": of(self.fields.numbers.bias),
            "gate.weight": torch.stack([of(gate[0].weight).T for gate in self.gates], 1),
            "gate.bias": torch.stack([of(gate[0].bias) for gate in self.gates]),
            **self.expert_tensors(of),
        }
        hidden = (len(self.towers[0]) - 1) // 4
        for layer in range(hidden):
            named |= stacked(f"tower.{layer}", [(tower[4 * layer], tower[4 * layer + 1]) for tower in self.towers], of)
        named["tower.logit.weight"] = torch.cat([of(tower[-1].weight) for tower in self.towers])
        named["tower.logit.bias"] = torch.cat([of(tower[-1].bias) for tower in self.towers])
        return named

    def expert_tensors(self, of):
        named = {}
        for layer in range(len(self.experts[0]) // 4):
            parts = [(expert[4 * layer], expert[4 * layer + 1]) for expert in self.experts]
            named |= stacked(f"expert.{layer}", parts, of, axis=1 if layer == 0 else 0)
        return named

    @torch.no_grad()
    def load(self, values):
        """Takes over the other side's values; biases in front of batch normalisation become 0."""
        for module in self.modules():
            if isinstance(module, nn.Sequential):
                for before, after in zip(module, module[1:]):
                    if isinstance(after, nn.BatchNorm1d):
                        before.bias.zero_()
        given = {name: torch.from_numpy(array(value)) for name, value in values.items()}
        # Stacking copies, so the way back leads through the position of every element.
        first, starts = 0, {}
        for parameter in self.parameters():
            starts[parameter] = first
            first += parameter.numel()
        flat = torch.zeros(first)
        places = self.tensors(lambda p: torch.arange(starts[p], starts[p] + p.numel()).view(p.shape))
        for parameter in self.parameters():
            flat[starts[parameter] : starts[parameter] + parameter.numel()] = parameter.flatten()
        for name, place in places.items():
            flat[place.flatten()] = given[name].flatten()
        for parameter in self.parameters():
            parameter.copy_(flat[starts[parameter] : starts[parameter] + parameter.numel()].view(parameter.shape))

    def pulled(self):
        """What the alignment term holds on to: shared weights, not normalisation, tasks' own parts or the table."""
        norms = {p for module in self.modules() if isinstance(module, nn.BatchNorm1d) for p in module.parameters()}
        own = {p for name, p in self.named_parameters() if "task" in name}
        return [p for p in self.parameters() if p not in norms | own and p is not self.fields.table.weight]


def stacked(layer, parts, of, axis=0):
    """Tensors of a layer that several networks have, stacked as the other side has them."""
    return {
        f"{layer}.weight": torch.stack([of(linear.weight).T for linear, _ in parts], axis),
        f"{layer}.scale": torch.stack([of(norm.weight) for _, norm in parts]),
        f"{layer}.shift": torch.stack([of(norm.bias) for _, norm in parts]),
    }
