"""Three rounds of PF-MSMTrec on the small case of rounds.py, in NumPy with float64.

Three cases: the template G * S + A B with gates and projection that stay at home; no template, with gates and
projection averaged; and the rules of the defaults, in which the template is G + S + A B, clients vote by their rows,
and what a client takes beside its own movement leaves that movement out.

Written from the formulas of the method: movements are plain vectors here, one per expert and client or per tower
tensor and client, and the conflict-averse weights come from SciPy's SLSQP. Data and batches are those of rounds.json.
Needs the PyPI packages numpy, scipy and autograd; writes pf_rounds.json next to this file.
"""

import json
from pathlib import Path

import autograd.numpy as np
from numpy.random import RandomState
from scipy.optimize import minimize

from rounds import (
    EXPERTS, FIELDS, LAYERS, NUMBERS, OFFSETS, ROUNDS, ROWS, TASKS, TOWERS, WIDTH,
    Client, aggregate_rows, initial_values, normalise, plain,
)

RANK, LAMBDA = 2, 0.1
C = 0.4  # of the conflict-averse direction
TEMPERATURE = 0.5  # of the attention over towers
INITIAL, RATE, MOMENTUM, DECAY = 0.5, 0.01, 0.9, 0.3  # of the rates alpha and beta; the usual decay would not show
BOUND_RATE = 0.6  # learning rate of alpha and beta in the case of the defaults: some of them meet a bound
KINK = 1e-4
INPUT_TENSORS = ['numeric.weight', 'numeric.bias', 'gate.weight', 'gate.bias']
TOWER_TENSORS = ['tower.0.weight', 'logit.weight', 'logit.bias']


def template_values(random, trained, running, centre=1.0):
    """The values of rounds.py with a template: S around `centre`, A and B around 0, batch normalisation per task."""
    trained, running = dict(trained), dict(running)
    before = (len(FIELDS) + 1) * WIDTH

    def draw(name, shape, spread, middle=0.0):
        trained[name] = np.round(middle + spread * random.uniform(-1, 1, shape), 3)

    for layer, units in enumerate(LAYERS):
        name, first = f'expert.{layer}', layer == 0
        draw(f'{name}.scenario', trained[f'{name}.weight'].shape, 0.4, centre)
        draw(f'{name}.left', [before, TASKS, EXPERTS, RANK] if first else [TASKS, EXPERTS, before, RANK], 0.6)
        draw(f'{name}.right', [TASKS, EXPERTS, RANK, units], 0.6)
        shape = [TASKS, EXPERTS, units]
        draw(f'{name}.scale', shape, 0.4, 1)
        draw(f'{name}.shift', shape, 0.3)
        running[f'{name}.mean'], running[f'{name}.variance'] = np.zeros(shape), np.ones(shape)
        before = units
    return trained, running


def expert_layer(p, layer, hidden, additive):
    """Without template, W serves all tasks; with it, W and hidden units are per task: G * S + A B or G + S + A B."""
    w = p[f'expert.{layer}.weight']
    if 'expert.0.scenario' not in p:
        return np.einsum('bi,ieu->beu' if layer == 0 else 'bei,eiu->beu', hidden, w)
    scenario = p[f'expert.{layer}.scenario']
    w = w + scenario if additive else w * scenario
    left, right = p[f'expert.{layer}.left'], p[f'expert.{layer}.right']
    outputs = []
    for task in range(TASKS):
        each = []
        for expert in range(EXPERTS):
            if layer == 0:
                full = w[:, expert] + np.dot(left[:, task, expert], right[task, expert])
                each.append(np.dot(hidden, full))
            else:
                full = w[expert] + np.dot(left[task, expert], right[task, expert])
                each.append(np.dot(hidden[:, task, expert], full))
        outputs.append(np.stack(each, axis=1))
    return np.stack(outputs, axis=1)  # [rows, tasks, experts, units]


def logits(p, running, rows, statistics=None, additive=False):
    codes, numbers = rows['codes'], rows['numbers']
    fields = [p['embedding'][codes[:, f] + OFFSETS[f]] for f in range(len(FIELDS))]
    inputs = np.concatenate([*fields, np.dot(numbers, p['numeric.weight']) + p['numeric.bias']], axis=1)
    hidden = inputs
    for layer in range(len(LAYERS)):
        product = expert_layer(p, layer, hidden, additive)
        hidden = activate(normalise(p, running, f'expert.{layer}', product, statistics))
    gate = np.exp(np.einsum('bi,ite->bte', inputs, p['gate.weight']) + p['gate.bias'])
    gate = gate / np.sum(gate, axis=2, keepdims=True)
    hidden = np.einsum('bte,beu->btu' if hidden.ndim == 3 else 'bte,bteu->btu', gate, hidden)
    for layer in range(len(TOWERS)):
        product = np.einsum('bti,tiu->btu', hidden, p[f'tower.{layer}.weight'])
        hidden = activate(normalise(p, running, f'tower.{layer}', product, statistics))
    return np.einsum('btu,tu->bt', hidden, p['logit.weight']) + p['logit.bias']


def activate(x):
    """ReLU. Near its kink float32 and float64 may fall on different sides, so such a case is refused."""
    if isinstance(x, np.ndarray) and np.abs(x).min() < KINK:
        raise ValueError(f'an activation of {np.abs(x).min():.1e} is too near the kink of ReLU: change the case')
    return np.maximum(x, 0)


def additive_logits(p, running, rows, statistics=None):
    return logits(p, running, rows, statistics, additive=True)


class AlignedClient(Client):
    """Holds on to what it received of the tensors that leave it."""

    model = staticmethod(logits)
    learning_rate = RATE  # of alpha and beta

    def __init__(self, rows, trained, running):
        super().__init__(rows, trained, running)
        experts = [f'expert.{layer}.weight' for layer in range(len(LAYERS))]
        scenario = [f'expert.{layer}.scenario' for layer in range(len(LAYERS))]
        self.template = scenario[0] in trained
        self.coordinated, self.averaged = (scenario, experts) if self.template else (experts, INPUT_TENSORS)
        self.shared = [*self.coordinated, *self.averaged, *TOWER_TENSORS]
        self.alpha, self.beta = np.full(EXPERTS, INITIAL), np.full([len(TOWER_TENSORS), TASKS], INITIAL)
        self.alpha_momentum, self.beta_momentum = np.zeros_like(self.alpha), np.zeros_like(self.beta)

    def receive(self):
        self.touched = set()
        self.received = dict(self.p)

    def pull(self, name):
        return LAMBDA * (self.p[name] - self.received[name]) if name in self.shared else 0

    def alignment(self):
        return LAMBDA / 2 * sum(np.sum((self.p[name] - self.received[name]) ** 2) for name in self.shared)

    def expert(self, values, e):
        """Everything of expert e that is coordinated, as one vector."""
        return np.concatenate([values[n][:, e].ravel() if '.0.' in n else values[n][e].ravel() for n in self.coordinated])

    def set_expert(self, e, vector):
        at = 0
        for n in self.coordinated:
            value = self.p[n].copy()
            part = value[:, e] if '.0.' in n else value[e]
            part[...] = vector[at:at + part.size].reshape(part.shape)
            at += part.size
            self.p[n] = value


class DefaultClient(AlignedClient):
    """G + S + A B; gates and projection are averaged as G is."""

    model = staticmethod(additive_logits)
    learning_rate = BOUND_RATE

    def __init__(self, rows, trained, running):
        super().__init__(rows, trained, running)
        self.averaged = [*self.averaged, *INPUT_TENSORS]
        self.shared = [*self.coordinated, *self.averaged, *TOWER_TENSORS]


def cosine(x, y):
    return np.dot(x, y) / (np.linalg.norm(x) * np.linalg.norm(y))


def trained_rate(rate, momentum, movement, taken, learning_rate):
    """One step of gradient descent on a rate; its gradient is -cos(movement, what was taken in the last round).

    A rate that would leave [0, 1] stops at the bound and loses its momentum."""
    moved = MOMENTUM * momentum - cosine(movement, taken) + DECAY * rate
    free = rate - learning_rate * moved
    if free < 0 or free > 1:
        return np.clip(free, 0, 1), 0.0
    return free, moved


def conflict_averse(movements, shares=None):
    """movements: one vector per client; shares: their weights in the mean, equal unless given. Returns U and its parts:
    the vectors u_j D_j, of which U is the sum."""
    d = np.stack(movements)
    n = len(d)
    mean = np.average(d, axis=0, weights=shares)
    scaled = d / np.sqrt(np.mean(np.sum(d**2, axis=1)))
    target = np.average(scaled, axis=0, weights=shares)
    radius = C * np.linalg.norm(target)

    def objective(w):
        v = w @ scaled
        return v @ target + radius * np.linalg.norm(v), scaled @ target + radius * (scaled @ v) / np.linalg.norm(v)

    starts = [np.full(n, 1 / n), *(0.02 / n + 0.98 * np.eye(n))]
    solutions = [minimize(
        objective, start, jac=True, method='SLSQP', bounds=[(0, 1)] * n,
        constraints={'type': 'eq', 'fun': lambda w: w.sum() - 1, 'jac': np.ones_like},
        options={'ftol': 1e-16, 'maxiter': 1000},
    ).x for start in starts]
    w = min(solutions, key=lambda x: objective(x)[0])
    pushed = w @ d
    common = (mean + C * np.linalg.norm(mean) * pushed / np.linalg.norm(pushed)) / (1 + C**2)
    votes = np.full(n, 1 / n) if shares is None else np.array(shares)
    parts = (votes + C * np.linalg.norm(mean) * w / np.linalg.norm(pushed)) / (1 + C**2)
    return common, parts[:, None] * d


def attention(movements):
    """Sum over j of softmax(cos(d_i, d_j) / temperature) d_j, for every client i."""
    taken = []
    for own in movements:
        power = np.array([np.exp(cosine(own, other) / TEMPERATURE) for other in movements])
        taken.append(sum(p * d for p, d in zip(power / power.sum(), movements)))
    return taken


def average(clients):
    for name in clients[0].averaged:
        mean = sum(rows / sum(ROWS) * c.p[name] for rows, c in zip(ROWS, clients))
        for c in clients:
            c.p[name] = mean


def aggregate(clients, last):
    """The server's work after a round. `last` holds what was taken in the round before and is empty in the first."""
    aggregate_rows(clients, clients[0].received['embedding'])

    for e in range(EXPERTS):
        before = [c.expert(c.received, e) for c in clients]
        movements = [c.expert(c.p, e) - b for c, b in zip(clients, before)]
        common, _ = conflict_averse(movements)
        for c, d, b in zip(clients, movements, before):
            if ('expert', e) in last:
                c.alpha[e], c.alpha_momentum[e] = trained_rate(
                    c.alpha[e], c.alpha_momentum[e], d, last['expert', e], c.learning_rate)
            c.set_expert(e, b + d + c.alpha[e] * common)
        last['expert', e] = common

    average(clients)

    for layer, name in enumerate(TOWER_TENSORS):
        after = [c.p[name].copy() for c in clients]
        for task in range(TASKS):
            movements = [np.ravel(c.p[name][task] - c.received[name][task]) for c in clients]
            taken = attention(movements)
            for k, c in enumerate(clients):
                if (name, task) in last:
                    c.beta[layer, task], c.beta_momentum[layer, task] = trained_rate(
                        c.beta[layer, task], c.beta_momentum[layer, task], movements[k], last[name, task][k],
                        c.learning_rate)
                after[k][task] += c.beta[layer, task] * taken[k].reshape(np.shape(after[k][task]))
            last[name, task] = taken
        for c, value in zip(clients, after):
            c.p[name] = value


def sum_of_others(parts, i):
    return sum(part for j, part in enumerate(parts) if j != i)


def aggregate_others(clients, last):
    """As `aggregate`, for the defaults: votes by rows, and a client takes the parts of the others only."""
    shares = [rows / sum(ROWS) for rows in ROWS]
    aggregate_rows(clients, clients[0].received['embedding'])
    average(clients)

    for e in range(EXPERTS):
        before = [c.expert(c.received, e) for c in clients]
        movements = [c.expert(c.p, e) - b for c, b in zip(clients, before)]
        _, parts = conflict_averse(movements, shares)
        for i, c in enumerate(clients):
            if ('expert', e, i) in last:
                c.alpha[e], c.alpha_momentum[e] = trained_rate(
                    c.alpha[e], c.alpha_momentum[e], movements[i], last['expert', e, i], c.learning_rate)
            taken = sum_of_others(parts, i)
            c.set_expert(e, before[i] + movements[i] + c.alpha[e] * taken)
            last['expert', e, i] = taken

    for layer, name in enumerate(TOWER_TENSORS):
        after = [c.p[name].copy() for c in clients]
        for task in range(TASKS):
            movements = [np.ravel(c.p[name][task] - c.received[name][task]) for c in clients]
            for i, c in enumerate(clients):
                powers = [m * np.exp(cosine(movements[i], d) / TEMPERATURE) for m, d in zip(shares, movements)]
                taken = sum_of_others([power / sum(powers) * d for power, d in zip(powers, movements)], i)
                if (name, task, i) in last:
                    c.beta[layer, task], c.beta_momentum[layer, task] = trained_rate(
                        c.beta[layer, task], c.beta_momentum[layer, task], movements[i], last[name, task, i],
                        c.learning_rate)
                after[i][task] += c.beta[layer, task] * taken.reshape(np.shape(after[i][task]))
                last[name, task, i] = taken
        for c, value in zip(clients, after):
            c.p[name] = value


def run(data, kind, server, trained, running, batches, asked):
    clients = [kind(rows, trained, running) for rows in data]
    last, rounds = {}, []
    for number in range(ROUNDS):
        for c in clients:
            c.receive()
        losses = [np.mean([c.step(b) for b in batches[k][number]]) for k, c in enumerate(clients)]
        alignment = [c.alignment() for c in clients]
        server(clients, last)
        rounds.append({
            'losses': losses,
            'alignment': alignment,
            'alpha': [c.alpha.copy() for c in clients],
            'beta': [c.beta.copy() for c in clients],
            'clients': [{**c.p, **c.running} for c in clients],
            'logits': [c.model(c.p, c.running, {name: v[asked] for name, v in c.rows.items()}) for c in clients],
        })
        print('round', number + 1, 'losses', np.round(losses, 4), 'alignment', np.round(alignment, 5))
        print('  alpha', *[np.round(c.alpha, 4) for c in clients])
        print('  beta', *[np.round(c.beta, 4).tolist() for c in clients])
    return {'initial': {**trained, **running}, 'rounds': rounds}


def main():
    stored = json.loads(Path(__file__).with_name('rounds.json').read_text())
    data = [{name: np.array(v) for name, v in rows.items()} for rows in stored['data']]
    trained, running = initial_values(RandomState(11))
    cases = {
        'pf-msmtrec': (AlignedClient, aggregate, *template_values(RandomState(12), trained, running)),
        'no-template': (AlignedClient, aggregate, trained, running),
        'defaults': (DefaultClient, aggregate_others, *template_values(RandomState(16), trained, running, 0)),
    }
    golden = {
        'settings': {
            'rank': RANK, 'lambda': LAMBDA, 'c': C, 'temperature': TEMPERATURE, 'rate': INITIAL,
            'learningRate': RATE, 'boundLearningRate': BOUND_RATE, 'momentum': MOMENTUM, 'weightDecay': DECAY,
        },
        'methods': {name: run(data, *case, stored['batches'], stored['asked']) for name, case in cases.items()},
    }
    text = json.dumps(plain(golden), separators=(',', ':'))
    Path(__file__).with_name('pf_rounds.json').write_text(text + '\n')
    print(len(text), 'bytes')


if __name__ == '__main__':
    main()
