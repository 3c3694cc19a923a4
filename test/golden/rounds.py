"""Three rounds of FedAvg, FedBN and local training of a small MMoE, in NumPy with float64.

Written from the description of the methods, not from the library, so that the two can be held against each other.
Needs the PyPI packages numpy and autograd; writes rounds.json next to this file.
"""

import json
from pathlib import Path

import autograd.numpy as np
from autograd import grad
from numpy.random import RandomState

FIELDS = [4, 3, 6]  # values of each categorical field
NUMBERS, WIDTH, TASKS, EXPERTS = 2, 3, 2, 2
LAYERS, TOWERS = [5, 4], [3]
ROWS = [14, 8, 9]  # training rows of each client
BATCH, STEPS, ROUNDS = 4, 3, 3
RATE, BETA1, BETA2, EPSILON, DECAY = 1e-2, 0.9, 0.999, 1e-8, 1e-3
BN_EPSILON, BN_MOMENTUM = 1e-5, 0.1
OFFSETS = np.array([0, *np.cumsum(FIELDS)[:-1]])


def initial_values(random):
    """Trainable values, and running statistics; short decimals, so that JSON holds them exactly."""
    inputs = (len(FIELDS) + 1) * WIDTH
    trained, running = {}, {}

    def draw(name, shape, spread, centre=0.0):
        trained[name] = np.round(centre + spread * random.uniform(-1, 1, shape), 3)

    def norm(name, shape):
        draw(f'{name}.scale', shape, 0.4, 1)
        draw(f'{name}.shift', shape, 0.3)
        running[f'{name}.mean'], running[f'{name}.variance'] = np.zeros(shape), np.ones(shape)

    draw('embedding', [sum(FIELDS), WIDTH], 0.8)
    draw('numeric.weight', [NUMBERS, WIDTH], 0.7)
    draw('numeric.bias', [WIDTH], 0.3)
    draw('gate.weight', [inputs, TASKS, EXPERTS], 0.5)
    draw('gate.bias', [TASKS, EXPERTS], 0.3)
    before = inputs
    for layer, units in enumerate(LAYERS):
        draw(f'expert.{layer}.weight', [before, EXPERTS, units] if layer == 0 else [EXPERTS, before, units], 0.6)
        norm(f'expert.{layer}', [EXPERTS, units])
        before = units
    for layer, units in enumerate(TOWERS):
        draw(f'tower.{layer}.weight', [TASKS, before, units], 0.8)
        norm(f'tower.{layer}', [TASKS, units])
        before = units
    draw('logit.weight', [TASKS, before], 0.8)
    draw('logit.bias', [TASKS], 0.2)
    return trained, running


def normalise(p, running, name, x, statistics):
    """x: [rows, groups, units]. With `statistics` (a dictionary to fill) the batch's own, without it the running ones."""
    if statistics is None:
        mean, variance = running[f'{name}.mean'], running[f'{name}.variance']
    else:
        mean = np.mean(x, axis=0)
        variance = np.mean((x - mean) ** 2, axis=0)
        statistics[name] = (mean, variance)
    return p[f'{name}.scale'] * (x - mean) / np.sqrt(variance + BN_EPSILON) + p[f'{name}.shift']


def logits(p, running, rows, statistics=None):
    """rows: codes [rows, fields] and numbers [rows, numbers]. Returns [rows, tasks]."""
    codes, numbers = rows['codes'], rows['numbers']
    fields = [p['embedding'][codes[:, f] + OFFSETS[f]] for f in range(len(FIELDS))]
    inputs = np.concatenate([*fields, np.dot(numbers, p['numeric.weight']) + p['numeric.bias']], axis=1)
    hidden = inputs
    for layer in range(len(LAYERS)):
        product = np.einsum('bi,ieu->beu' if layer == 0 else 'bei,eiu->beu', hidden, p[f'expert.{layer}.weight'])
        hidden = np.maximum(normalise(p, running, f'expert.{layer}', product, statistics), 0)
    gate = np.exp(np.einsum('bi,ite->bte', inputs, p['gate.weight']) + p['gate.bias'])
    gate = gate / np.sum(gate, axis=2, keepdims=True)
    hidden = np.einsum('bte,beu->btu', gate, hidden)
    for layer in range(len(TOWERS)):
        product = np.einsum('bti,tiu->btu', hidden, p[f'tower.{layer}.weight'])
        hidden = np.maximum(normalise(p, running, f'tower.{layer}', product, statistics), 0)
    return np.einsum('btu,tu->bt', hidden, p['logit.weight']) + p['logit.bias']


def loss(p, running, rows, statistics, model):
    z, y = model(p, running, rows, statistics), rows['labels']
    return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))


class Client:
    model = staticmethod(logits)

    def pull(self, name):
        """What the local loss adds to a gradient beside cross-entropy."""
        return 0

    def __init__(self, rows, trained, running):
        self.rows, self.p, self.running = rows, dict(trained), dict(running)
        self.m = {name: np.zeros_like(value) for name, value in trained.items()}
        self.v = {name: np.zeros_like(value) for name, value in trained.items()}
        self.steps, self.touched = 0, set()

    def step(self, index):
        batch = {name: value[index] for name, value in self.rows.items()}
        statistics = {}
        value = loss(self.p, self.running, batch, statistics, self.model)
        gradients = grad(loss)(self.p, self.running, batch, {}, self.model)
        self.steps += 1
        table_rows = sorted(set((batch['codes'] + OFFSETS).ravel().tolist()))
        self.touched.update(table_rows)
        for name, gradient in gradients.items():
            gradient = gradient + self.pull(name)
            at = table_rows if name == 'embedding' else slice(None)
            p, m, v = self.p[name].copy(), self.m[name], self.v[name]
            g = gradient[at] + DECAY * p[at]
            m[at] = BETA1 * m[at] + (1 - BETA1) * g
            v[at] = BETA2 * v[at] + (1 - BETA2) * g**2
            root = np.sqrt(v[at] / (1 - BETA2**self.steps))
            p[at] -= RATE * (m[at] / (1 - BETA1**self.steps)) / (root + EPSILON)
            self.p[name] = p
        n = len(index)
        for name, (mean, variance) in statistics.items():
            for kind, now in (('mean', mean), ('variance', variance * n / (n - 1))):
                before = self.running[f'{name}.{kind}']
                self.running[f'{name}.{kind}'] = (1 - BN_MOMENTUM) * before + BN_MOMENTUM * now
        return value


def aggregate(clients, table, method):
    """The server's work after a round; `table` is the embedding table all clients had before it."""
    if method == 'local':
        return
    weights = np.array(ROWS) / sum(ROWS)
    for kind in ('p', 'running'):
        for name in getattr(clients[0], kind):
            norm = name.split('.')[-1] in ('scale', 'shift', 'mean', 'variance')
            if name == 'embedding' or (norm and method == 'fedbn'):
                continue
            mean = sum(w * getattr(c, kind)[name] for w, c in zip(weights, clients))
            for c in clients:
                getattr(c, kind)[name] = mean
    aggregate_rows(clients, table)


def aggregate_rows(clients, table):
    counts = np.array([sum(row in c.touched for c in clients) for row in range(len(table))])
    movement = sum(c.p['embedding'] - table for c in clients)
    for c in clients:
        c.p['embedding'] = table + movement / np.sqrt(np.maximum(counts, 1))[:, None]


def run(method, data, trained, running, batches, asked):
    clients = [Client(rows, trained, running) for rows in data]
    losses = []
    for number in range(ROUNDS):
        table = clients[0].p['embedding']
        for c in clients:
            c.touched = set()
        losses.append([np.mean([c.step(b) for b in batches[k][number]]) for k, c in enumerate(clients)])
        counts = [sum(row in c.touched for c in clients) for row in range(sum(FIELDS))]
        print(method, 'round', number + 1, 'losses', np.round(losses[-1], 4), 'clients per table row', counts)
        aggregate(clients, table, method)
    return {
        'losses': losses,
        'clients': [{**c.p, **c.running} for c in clients],
        'logits': [logits(c.p, c.running, {name: v[asked] for name, v in c.rows.items()}) for c in clients],
    }


def plain(value):
    """Lists for JSON, numbers at 9 significant digits."""
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    return float(f'{value:.9g}') if isinstance(value, float) else value


def main():
    random = RandomState(11)
    trained, running = initial_values(random)
    data, batches = [], []
    for client, rows in enumerate(ROWS):
        # The first client never sees the last value of the second field; later clients see fewer values of the third.
        sizes = [FIELDS[0], FIELDS[1] - (client == 0), FIELDS[2] - 2 * client]
        data.append({
            'codes': np.stack([random.randint(0, size, rows) for size in sizes], axis=1),
            'numbers': np.round(random.uniform(-1.5, 1.5, [rows, NUMBERS]), 3),
            'labels': (random.uniform(size=[rows, TASKS]) < [0.5, 0.3]).astype(int),
        })
        batches.append([[random.permutation(rows)[:BATCH].tolist() for _ in range(STEPS)] for _ in range(ROUNDS)])
    asked = [0, 3, 5, 7]
    methods = {m: run(m, data, trained, running, batches, asked) for m in ('fedavg', 'fedbn', 'local')}
    golden = {
        'settings': {
            'fields': FIELDS, 'numbers': NUMBERS, 'width': WIDTH, 'tasks': TASKS, 'experts': EXPERTS,
            'layers': LAYERS, 'towers': TOWERS, 'batch': BATCH, 'steps': STEPS, 'rounds': ROUNDS,
            'rate': RATE, 'decay': DECAY,
        },
        'initial': {**trained, **running}, 'data': data, 'batches': batches, 'asked': asked, 'methods': methods,
    }
    text = json.dumps(plain(golden), separators=(',', ':'))
    Path(__file__).with_name('rounds.json').write_text(text + '\n')
    print(len(text), 'bytes')


if __name__ == '__main__':
    main()
