"""Encoders, tasks and training steps of the ranking track on a very small graph.

Vectors are made from dense matrices (the normalised adjacency written out), losses from loops over rows, gradients by
PyTorch's automatic differentiation, and PMTRec's weights row by row from the paper's formulas; all in float64. Needs the
PyPI packages numpy and torch; writes ranking.json next to this file. Inputs are short decimals, so that both sides see
the same.
"""

import json
from pathlib import Path

import numpy as np
import torch

USERS, ITEMS, WIDTH, LAYERS = 5, 7, 4, 2
NODES = USERS + ITEMS
SLOPE = 0.2
ALPHA, CAP, TAU = 1.5, 3.0, 0.05  # the cap is met in the third epoch
RATE, DECAY, BETA1, BETA2, EPSILON = 0.05, 0.01, 0.9, 0.999, 1e-3
BATCH = 6
TASKS = ["bpr", "social", "direct-au", "rating"]

random = np.random.default_rng(20)


def decimals(*shape):
    return np.round(random.normal(size=shape), 3)


def tensor(x):
    return torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)


# Item 6 has no training interaction.
PAIRS = [(0, 0), (0, 1), (1, 1), (1, 2), (1, 3), (2, 0), (2, 4), (3, 4), (3, 5), (4, 5), (4, 1), (4, 2)]
RATINGS = [1, 5, 3, 2, 4, 5, 1, 3, 5, 2, 4, 3]  # of the same pairs
FRIENDS = [(0, 1), (0, 3), (2, 3)]


def adjacency():
    a = np.zeros((NODES, NODES))
    for user, item in PAIRS:
        a[user, USERS + item] = a[USERS + item, user] = 1
    degree = a.sum(1)
    half = np.diag([1 / np.sqrt(d) if d else 0 for d in degree])
    return torch.tensor(half @ a @ half)


A_HAT = adjacency()


def mf(p):
    return p["nodes"]


def lightgcn(p):
    layers = [p["nodes"]]
    for _ in range(LAYERS):
        layers.append(A_HAT @ layers[-1])
    return sum(layers) / (LAYERS + 1)


def ngcf(p):
    layers = [p["nodes"]]
    for layer in range(LAYERS):
        e = layers[-1]
        inside = (A_HAT + torch.eye(NODES)) @ e @ p[f"sum/{layer}"] + ((A_HAT @ e) * e) @ p[f"product/{layer}"]
        layers.append(torch.where(inside > 0, inside, SLOPE * inside))
    return torch.cat(layers, 1)


ENCODERS = {"mf": mf, "lightgcn": lightgcn, "ngcf": ngcf}


def start(encoder):
    p = {"nodes": 0.5 * decimals(NODES, WIDTH)}
    if encoder == "ngcf":
        for layer in range(LAYERS):
            p[f"sum/{layer}"], p[f"product/{layer}"] = decimals(WIDTH, WIDTH), decimals(WIDTH, WIDTH)
    return p


def pairwise(vectors, roles, _):
    losses = [
        -torch.log(1 / (1 + torch.exp(-(vectors[a] @ vectors[b] - vectors[a] @ vectors[c])))) for a, b, c in zip(*roles)
    ]
    return sum(losses) / len(losses)


def direct_au(vectors, roles, _):
    users, items = ([vectors[n] / vectors[n].norm() for n in role] for role in roles)
    count = len(users)
    align = sum(((u - i) ** 2).sum() for u, i in zip(users, items)) / count
    loss = align
    for side in (users, items):
        pairs = [
            torch.exp(-2 * ((side[a] - side[b]) ** 2).sum()) for a in range(count) for b in range(count) if a != b
        ]
        # above its lower bound, with which the loss is never below 0
        loss = loss + 0.5 * (torch.log(sum(pairs) / len(pairs)) + 4 + 4 / (count - 1))
    return loss


SCALED = [(r - 1) / 4 for r in RATINGS]
MEAN = sum(SCALED) / len(SCALED)


def rating(vectors, roles, biases):
    wanted = dict(zip(PAIRS, SCALED))
    losses = [
        (wanted[(u, i - USERS)] - MEAN - biases[u, 0] - biases[i, 0] - vectors[u] @ vectors[i]) ** 2 for u, i in zip(*roles)
    ]
    return sum(losses) / len(losses)


LOSSES = {"bpr": pairwise, "social": pairwise, "direct-au": direct_au, "rating": rating}


def draw(step):
    """Samples of one step: nodes by role; the social task has none in the last step."""
    batch = [PAIRS[k] for k in random.permutation(len(PAIRS))[:BATCH]]
    users, items = [u for u, _ in batch], [USERS + i for _, i in batch]
    others = [USERS + int(random.choice([i for i in range(ITEMS) if (u, i) not in PAIRS])) for u in users]
    linked = [u for u in users if any(u in pair for pair in FRIENDS)]
    friend = [next(b if a == u else a for a, b in FRIENDS if u in (a, b)) for u in linked]
    stranger = [4 if u != 4 else 1 for u in linked]
    social = [[], [], []] if step == 2 else [linked, friend, stranger]
    return {"bpr": [users, items, others], "social": social, "direct-au": [users, items], "rating": [users, items]}


def gradients(encoder, p, biases, roles, task):
    """Loss of one task and its gradient by parameter, zeros where it has no part."""
    names = [*p, "rating/biases"]
    values = {name: tensor(p[name]) for name in p} | {"rating/biases": tensor(biases)}
    if not roles[task][0]:
        return 0.0, {name: np.zeros(values[name].shape) for name in names}
    loss = LOSSES[task](ENCODERS[encoder](values), roles[task], values["rating/biases"])
    found = torch.autograd.grad(loss, [values[name] for name in names], allow_unused=True)
    whole = {
        name: np.zeros(values[name].shape) if g is None else g.numpy() for name, g in zip(names, found, strict=True)
    }
    return loss.item(), whole


def combined(method, per_task, epoch):
    """The gradient that a step follows, and PMTRec's mean share of each task over rows with a part in the step."""
    names = list(per_task[0])
    count = len(per_task)
    if method == "bpr":
        return per_task[0]
    own = {"rating/biases": per_task[-1]["rating/biases"] / count}
    shared = [name for name in names if name != "rating/biases"]
    if method == "ew":
        return {name: sum(g[name] for g in per_task) / count for name in shared} | own
    found = {name: sum(g[name] for g in per_task) / count for name in shared if name != "nodes"} | own
    nodes = np.zeros((NODES, WIDTH))
    for row in range(NODES):
        lengths = np.array([np.sqrt((g["nodes"][row] ** 2).sum()) for g in per_task])
        lengths[0] *= min(ALPHA**epoch, CAP)
        weights = np.exp(lengths / TAU - (lengths / TAU).max())
        weights /= weights.sum()
        nodes[row] = sum(w * g["nodes"][row] for w, g in zip(weights, per_task))
    return found | {"nodes": nodes}


def train(encoder, method):
    p = start(encoder)
    biases = np.zeros((NODES, 1))
    tasks = ["bpr"] if method == "bpr" else TASKS
    values = {**p, "rating/biases": biases}
    trained = [name for name in values if name != "rating/biases" or len(tasks) > 1]
    moments = {name: (np.zeros_like(values[name]), np.zeros_like(values[name])) for name in trained}
    case = {"encoder": encoder, "method": method, "start": {name: x.tolist() for name, x in p.items()}, "steps": []}
    for step in range(3):
        roles = draw(step)
        now = {name: values[name] for name in p}
        found = [gradients(encoder, now, values["rating/biases"], roles, task) for task in tasks]
        g = combined(method, [gradient for _, gradient in found], step + 1)
        rows = range(NODES)
        if encoder == "mf":
            rows = sorted({node for task in tasks for role in roles[task] for node in role})
        for name in trained:
            moved = list(rows) if name == "nodes" else slice(None)
            first, second = moments[name]
            slope = g[name][moved] + DECAY * values[name][moved]
            first[moved] = BETA1 * first[moved] + (1 - BETA1) * slope
            second[moved] = BETA2 * second[moved] + (1 - BETA2) * slope**2
            size = np.sqrt(second[moved] / (1 - BETA2 ** (step + 1))) + EPSILON
            values[name] = values[name].copy()
            values[name][moved] -= RATE * first[moved] / (1 - BETA1 ** (step + 1)) / size
        case["steps"].append(
            {
                "roles": [roles[task] for task in tasks],
                "losses": [loss for loss, _ in found],
                "values": {name: values[name].tolist() for name in trained},
            }
        )
    return case


def encoded(encoder):
    p = start(encoder)
    values = {name: tensor(x) for name, x in p.items()}
    vectors = ENCODERS[encoder](values)
    upstream = decimals(*vectors.shape)
    found = torch.autograd.grad((vectors * torch.tensor(upstream)).sum(), list(values.values()))
    return {
        "encoder": encoder,
        "values": {name: x.tolist() for name, x in p.items()},
        "upstream": upstream.tolist(),
        "vectors": vectors.tolist(),
        "gradients": {name: g.tolist() for name, g in zip(values, found, strict=True)},
    }


def judged(task):
    roles = draw(0)[task]
    vectors, biases = tensor(decimals(NODES, WIDTH)), tensor(0.1 * decimals(NODES, 1))
    loss = LOSSES[task](vectors, roles, biases)
    found = torch.autograd.grad(loss, [vectors, biases], allow_unused=True)
    return {
        "task": task,
        "roles": roles,
        "vectors": vectors.tolist(),
        "biases": biases.tolist(),
        "loss": loss.item(),
        "gradient": found[0].tolist(),
        **({} if found[1] is None else {"biasGradient": found[1].tolist()}),
    }


golden = {
    "settings": {
        "users": USERS, "items": ITEMS, "width": WIDTH, "layers": LAYERS, "batch": BATCH,
        "pairs": PAIRS, "ratings": RATINGS, "friends": FRIENDS,
        "pmtrec": {"alpha": ALPHA, "cap": CAP, "temperature": TAU},
        "optimizer": {"learningRate": RATE, "weightDecay": DECAY, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON},
    },
    "encoders": [encoded(encoder) for encoder in ENCODERS],
    "tasks": [judged(task) for task in TASKS],
    "runs": [train(encoder, method) for encoder in ENCODERS for method in ("bpr", "ew", "pmtrec")],
}


def short(x):
    if isinstance(x, float):
        return float(f"{x:.9g}")
    if isinstance(x, dict):
        return {name: short(value) for name, value in x.items()}
    return [short(value) for value in x] if isinstance(x, (list, tuple)) else x


path = Path(__file__).with_name("ranking.json")
path.write_text(json.dumps(short(golden), separators=(",", ":")) + "\n")
