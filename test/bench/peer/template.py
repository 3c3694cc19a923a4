"""The experts of PF-MSMTrec in PyTorch: weight G * S for all tasks, A B on top for each, all experts in one product."""

import math

import torch
from torch import nn

from mmoe import Mmoe


class TemplateLayer(nn.Module):
    """[batch, inputs] in the first layer, else [batch, tasks, experts, inputs] → [batch, tasks, experts, units]."""

    def __init__(self, first, inputs, units, tasks, experts, rank, dropout):
        super().__init__()
        self.first, self.sizes = first, (tasks, experts, inputs, rank, units)

        def uniform(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-1, 1) / math.sqrt(inputs))

        self.weight = uniform(inputs, experts, units) if first else uniform(experts, inputs, units)
        self.scenario = nn.Parameter(torch.ones(self.weight.shape))
        self.task_left = uniform(inputs, tasks, experts, rank) if first else uniform(tasks, experts, inputs, rank)
        self.task_right = nn.Parameter(torch.zeros(tasks, experts, rank, units))
        self.norm = nn.BatchNorm1d(tasks * experts * units)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        tasks, experts, inputs, rank, units = self.sizes
        batch, groups = x.shape[0], tasks * experts
        weight = self.weight * self.scenario
        if self.first:
            base = (x @ weight.view(inputs, -1)).view(batch, 1, experts, units)
            left = (x @ self.task_left.view(inputs, -1)).view(batch, groups, rank).transpose(0, 1)
        else:
            by_expert = x.permute(2, 0, 1, 3).reshape(experts, batch * tasks, inputs)
            base = torch.bmm(by_expert, weight).view(experts, batch, tasks, units).permute(1, 2, 0, 3)
            left = torch.bmm(x.reshape(batch, groups, inputs).transpose(0, 1), self.task_left.view(groups, inputs, rank))
        low = torch.bmm(left, self.task_right.view(groups, rank, units)).transpose(0, 1)
        hidden = base + low.view(batch, tasks, experts, units)
        normed = self.norm(hidden.reshape(batch, -1))
        return self.dropout(torch.relu(normed)).view(batch, tasks, experts, units)


class TemplateMmoe(Mmoe):
    def make_experts(self, inputs, parameters):
        sizes = parameters["sizes"]
        tasks, experts, dropout = parameters["tasks"], sizes["experts"], sizes["dropout"]
        widths = [inputs, *sizes["expertLayers"]]
        rank = parameters["template"]["rank"]
        self.experts = nn.Sequential(
            *(
                TemplateLayer(layer == 0, widths[layer], units, tasks, experts, rank, dropout)
                for layer, units in enumerate(widths[1:])
            )
        )

    def expert_outputs(self, x):
        return self.experts(x).unbind(1)

    def expert_tensors(self, of):
        named = {}
        for number, layer in enumerate(self.experts):
            tasks, experts, _, _, units = layer.sizes
            parts = {"weight": layer.weight, "scenario": layer.scenario}
            parts |= {"task.left": layer.task_left, "task.right": layer.task_right}
            named |= {f"expert.{number}.{name}": of(part) for name, part in parts.items()}
            named[f"expert.{number}.scale"] = of(layer.norm.weight).view(tasks, experts, units)
            named[f"expert.{number}.shift"] = of(layer.norm.bias).view(tasks, experts, units)
        return named
