"""Minima of the conflict-averse objective (CAGrad on updates) for 200 sets of movements, found by SciPy's SLSQP.

With D the movements of N clients, divided by the root of their mean squared length:

    w* = argmin over the simplex of  <D_w, D_mean> + c |D_mean| |D_w|,   D_w = sum of w_i D_i
    U  = (D_mean + c |D_mean| D_w / |D_w|) / (1 + c^2)

Needs the PyPI packages numpy and scipy; writes conflict_averse.json next to this file. Movements are stored as whole
numbers and a power of ten, so that both sides see the same.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

CASES = 200


def movements(kind, n, random):
    size = random.integers(2, 15)
    d = random.integers(-99, 100, (n, size))
    base = random.integers(-99, 100, size)
    if kind == 'identical':
        d[:] = base
    elif kind == 'some identical':
        d[: n // 2 + 1] = base
    elif kind == 'orthogonal':
        d = np.diag(random.integers(1, 100, n))
    elif kind == 'opposed':
        d = np.outer(random.integers(-20, 21, n), base)
    elif kind == 'nearly identical':
        d = 10_000 * base + random.integers(-1, 2, (n, size))
    elif kind == 'alike':
        d = base + random.integers(-50, 51, (n, size))
    elif kind == 'of many sizes':
        d = d * (10 ** random.integers(0, 4, (n, 1)))
    elif kind == 'nearly cancelling':
        d[-1] = -d[:-1].sum(axis=0) + random.integers(-1, 2, size)
    return d


KINDS = [
    'random', 'identical', 'some identical', 'orthogonal', 'opposed', 'nearly identical', 'alike', 'of many sizes',
    'nearly cancelling',
]


def solve(d, c):
    """Returns the least objective found and |U|^2, both of the divided movements."""
    n = len(d)
    d = d / np.sqrt(np.mean(np.sum(d.astype(float) ** 2, axis=1)))
    mean = d.mean(axis=0)
    radius = c * np.linalg.norm(mean)

    def objective(w):
        v = w @ d
        length = np.linalg.norm(v)
        return v @ mean + radius * length, d @ mean + radius * (d @ v) / max(length, 1e-150)

    starts = [np.full(n, 1 / n), *(0.1 / n + 0.9 * np.eye(n))]
    solutions = [minimize(
        objective, start, jac=True, method='SLSQP', bounds=[(0, 1)] * n,
        constraints={'type': 'eq', 'fun': lambda w: w.sum() - 1, 'jac': np.ones_like},
        options={'ftol': 1e-16, 'maxiter': 2000},
    ).x for start in starts]
    feasible = [np.maximum(w, 0) / np.maximum(w, 0).sum() for w in solutions]
    w = min(feasible, key=lambda x: objective(x)[0])
    v = w @ d
    u = (mean + radius * v / max(np.linalg.norm(v), 1e-150)) / (1 + c**2)
    return objective(w)[0], u @ u


def main():
    random = np.random.default_rng(3)
    cases = []
    while len(cases) < CASES:
        at = len(cases)
        kind, n = KINDS[at % len(KINDS)], 2 + at % 19
        d = movements(kind, n, random)
        if not d.any():
            continue
        c = [0.1, 0.4, 0.5, 1][random.integers(4)]
        objective, square = solve(d, c)
        cases.append({
            'kind': kind, 'c': c, 'exponent': int(random.integers(-8, 9)), 'movements': d.tolist(),
            'objective': objective, 'square': square,
        })
    text = json.dumps(cases, separators=(',', ':'))
    Path(__file__).with_name('conflict_averse.json').write_text(text + '\n')
    print(len(text), 'bytes')


if __name__ == '__main__':
    main()
