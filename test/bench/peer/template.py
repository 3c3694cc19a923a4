"""The experts of PF-MSMTrec in PyTorch: weight G * S for all tasks, A B on top for each, batch norm per task.

One module per expert and layer: with all experts stacked into one product a step of the published size took a quarter
longer here, and one of the small size the same time.
"""

import math

import torch
from torch import nn

from mmoe import Mmoe


class TemplateLayer(nn.Module):
    """One layer of one expert: what each task feeds it → what each task gets."""

    def __init__(self, inputs, units, tasks, rank, dropout):
        super().__init__()

        def uniform(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-1, 1) / math.sqrt(inputs))

        self.weight = uniform(inputs, units)
        self.scenario = nn.Parameter(torch.ones(inputs, units))
        self.task_left = nn.ParameterList(uniform(inputs, rank) for _ in range(tasks))
        self.task_right = nn.ParameterList(nn.Parameter(torch.zeros(rank, units)) for _ in range(tasks))
        self.norms = nn.ModuleList(nn.BatchNorm1d(units) for _ in range(tasks))
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs):
        weight = self.weight * self.scenario
        # The first layer's input is the same for all tasks, so one product serves them.
        shared = all(x is inputs[0] for x in inputs)
        bases = [inputs[0] @ weight] * len(inputs) if shared else [x @ weight for x in inputs]
        parts = zip(bases, inputs, self.task_left, self.task_right, self.norms)
        return [self.dropout(torch.relu(norm(torch.addmm(base, x @ left, right)))) for base, x, left, right, norm in parts]


class TemplateMmoe(Mmoe):
    def make_experts(self, inputs, parameters):
        sizes, tasks, rank = parameters["sizes"], parameters["tasks"], parameters["template"]["rank"]
        widths = [inputs, *sizes["expertLayers"]]
        self.experts = nn.ModuleList(
            nn.Sequential(
                *(TemplateLayer(a, b, tasks, rank, sizes["dropout"]) for a, b in zip(widths, widths[1:]))
            )
            for _ in range(sizes["experts"])
        )

    def expert_outputs(self, x):
        by_expert = [expert([x] * len(self.gates)) for expert in self.experts]
        return [torch.stack(outputs, 1) for outputs in zip(*by_expert)]

    def expert_tensors(self, of):
        named = {}
        for number, layers in enumerate(zip(*self.experts)):
            # Inputs come first in the first layer, experts in the others.
            axis = 1 if number == 0 else 0

            def per_task(pick, axis):
                tasks = range(len(self.gates))
                return torch.stack([torch.stack([of(pick(layer, t)) for layer in layers], axis) for t in tasks], axis)

            parts = {
                "weight": torch.stack([of(layer.weight) for layer in layers], axis),
                "scenario": torch.stack([of(layer.scenario) for layer in layers], axis),
                "task.left": per_task(lambda layer, t: layer.task_left[t], axis),
                "task.right": per_task(lambda layer, t: layer.task_right[t], 0),
                "scale": per_task(lambda layer, t: layer.norms[t].weight, 0),
                "shift": per_task(lambda layer, t: layer.norms[t].bias, 0),
            }
            named |= {f"expert.{number}.{name}": part for name, part in parts.items()}
        return named
