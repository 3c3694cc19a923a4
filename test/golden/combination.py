"""Combined task gradients of every method of lib/multitask, for random gradients of 2 to 5 tasks.

Each case is a sequence of four steps (one per epoch), so that what methods remember counts. A step has gradients of an
embedding table (ROWS rows of WIDTH) and of a dense parameter (DENSE numbers), losses before and after the step, and the
draws that random methods need. Where the library works on inner products, this script works on the gradients: singular
values for Aligned-MTL, faces of the simplex for MGDA, SciPy's root finder for Nash-MTL, its SLSQP for CAGrad.

Written from the papers' formulas in float64. Needs the PyPI packages numpy and scipy; writes combination.json next to
this file. Gradients and losses are short decimals, so that both sides see the same.
"""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import fsolve, minimize

ROWS, WIDTH, DENSE = 3, 2, 5
STEPS = 4
C = 0.4  # CAGrad
GRADNORM_EXPONENT, GRADNORM_RATE = 1.5, 0.05
SCALE_RATE = 0.1  # learning rate of UW's and IMTL-L's log scales
FAMO_RATE, FAMO_DECAY = 0.025, 0.01
VACCINE_BETA = 0.01
LEAK = 0.1
MOCO_LAMBDA, MOCO_BETA = 0.12, 0.9
META_RELAX, META_BETA = 0.7, 0.9
ALPHA, CAP, TAU = 1.5, 3.0, 2.0  # PMTRec; the cap is met in the third epoch
MEDIAN_FACTOR = 0.5
EMA = 0.9
MAIN = -1  # the last task


def rounded(x):
    return [float(f'{value:.9g}') for value in x]


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


def length(x):
    return np.sqrt(np.sum(x * x))


def simplex_faces_minimum(g):
    """The shortest vector of the convex hull of the rows of g: the best over all faces."""
    best, weights = np.inf, None
    for size in range(1, len(g) + 1):
        for face in map(list, combinations(range(len(g)), size)):
            base, rest = g[face[0]], g[face[1:]]
            inner = np.linalg.lstsq((rest - base).T, -base, rcond=None)[0] if size > 1 else np.zeros(0)
            w = np.zeros(len(g))
            w[face[0]], w[face[1:]] = 1 - inner.sum(), inner
            if w.min() >= -1e-12 and length(w @ g) < best - 1e-13:
                best, weights = length(w @ g), w
    return weights


def mgda(g):
    return simplex_faces_minimum(g) @ g


def mgda_of_unit_gradients(g):
    return simplex_faces_minimum(g / np.linalg.norm(g, axis=1, keepdims=True)) @ g


def cagrad(g):
    mean = g.mean(axis=0)
    radius = C * length(mean)

    def objective(w):
        v = w @ g
        return v @ mean + radius * length(v), g @ mean + radius * (g @ v) / max(length(v), 1e-150)

    n = len(g)
    starts = [np.full(n, 1 / n), *(0.1 / n + 0.9 * np.eye(n))]
    found = [minimize(
        objective, start, jac=True, method='SLSQP', bounds=[(0, 1)] * n, options={'ftol': 1e-16, 'maxiter': 2000},
        constraints={'type': 'eq', 'fun': lambda w: w.sum() - 1, 'jac': np.ones_like},
    ).x for start in starts]
    w = min(found, key=lambda x: objective(x)[0])
    v = w @ g
    return (mean + radius * v / length(v)) / (1 + C**2)


def pcgrad(g, orders):
    projected = g.copy()
    for i, order in enumerate(orders):
        for j in order:
            product = projected[i] @ g[j]
            if product < 0:
                projected[i] -= product / (g[j] @ g[j]) * g[j]
    return projected.sum(axis=0)


def gradvac(g, orders, targets):
    """Raises cos(g_i, g_j) to the remembered target where it is below; the target follows in every case."""
    moved = g.copy()
    for i, order in enumerate(orders):
        for j in order:
            cos, target = moved[i] @ g[j] / length(moved[i]) / length(g[j]), targets[i, j]
            if cos < target:
                sine, wanted = np.sqrt(1 - cos**2), np.sqrt(1 - target**2)
                moved[i] += length(moved[i]) * (target * sine - cos * wanted) / (length(g[j]) * wanted) * g[j]
            targets[i, j] = (1 - VACCINE_BETA) * target + VACCINE_BETA * cos
    return moved.sum(axis=0)


def graddrop(g, uniform):
    purity = 0.5 * (1 + g.sum(axis=0) / np.abs(g).sum(axis=0))
    keep = np.where(purity > uniform, g > 0, g < 0)
    return ((LEAK + (1 - LEAK) * keep) * g).sum(axis=0)


def nash(g):
    gram = g @ g.T
    scale = np.mean(np.diag(gram))
    # alpha = exp(x) / sqrt(scale) is positive; a rough minimum of the convex a'Ga / 2 - sum log a, then the equation's root
    residual = lambda x: (gram / scale) @ np.exp(x) * np.exp(x) - 1
    potential = lambda x: np.exp(x) @ (gram / scale) @ np.exp(x) / 2 - x.sum()
    jacobian = lambda x: (gram / scale) * np.outer(np.exp(x), np.exp(x)) + np.diag(residual(x) + 1)
    start = minimize(potential, np.zeros(len(g)), jac=residual, method='BFGS').x
    x = fsolve(residual, start, fprime=jacobian, xtol=1e-12)
    if np.abs(residual(x)).max() < 1e-10:
        return np.exp(x) / np.sqrt(scale) @ g
    raise ArithmeticError('Nash: no root found')


def imtl_g(g):
    u = g / np.linalg.norm(g, axis=1, keepdims=True)
    differences, directions = g[0] - g[1:], u[0] - u[1:]
    rest = g[0] @ directions.T @ np.linalg.inv(differences @ directions.T)
    return np.concatenate([[1 - rest.sum()], rest]) @ g


def aligned(g):
    """G = U S V' with the tasks as columns; every singular value becomes the smallest; then the sum over tasks."""
    u, s, vt = np.linalg.svd(g.T, full_matrices=False)
    keep = s > s[0] * 1e-8
    return s[keep][-1] * (u[:, keep] @ vt[keep]).sum(axis=1)


class GradNorm:
    def __init__(self, tasks):
        self.w, self.first = np.ones(tasks), None

    def __call__(self, g, losses):
        self.first = losses if self.first is None else self.first
        combined = self.w @ g
        norms = np.linalg.norm(g, axis=1)
        inverse = losses / self.first / np.mean(losses / self.first)
        wanted = np.mean(self.w * norms) * inverse**GRADNORM_EXPONENT
        # The gradients are compared in units of their mean length, so that the learning rate has no unit.
        slope = np.sign(self.w * norms - wanted) * norms / np.mean(norms)
        self.w = np.maximum(self.w - GRADNORM_RATE * slope, 1e-3)
        self.w *= len(g) / self.w.sum()
        return combined


class Famo:
    def __init__(self, tasks):
        self.x, self.m, self.v, self.t = np.zeros(tasks), np.zeros(tasks), np.zeros(tasks), 0

    def weights(self, losses):
        z = softmax(self.x)
        return z / losses / np.sum(z / losses)

    def observe(self, before, after):
        z = softmax(self.x)
        delta = np.log(before) - np.log(after)
        gradient = (np.diag(z) - np.outer(z, z)) @ delta + FAMO_DECAY * self.x
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * gradient
        self.v = 0.999 * self.v + 0.001 * gradient**2
        self.x = self.x - FAMO_RATE * (self.m / (1 - 0.9**self.t)) / (np.sqrt(self.v / (1 - 0.999**self.t)) + 1e-8)


def mocograd(g, moments, orders):
    moments[:] = MOCO_BETA * moments + (1 - MOCO_BETA) * g
    moved = g.copy()
    for i, order in enumerate(orders):
        for j in order:
            if moved[i] @ g[j] < 0:
                moved[i] += MOCO_LAMBDA * length(g[j]) / length(moments[j]) * moments[j]
    return moved.sum(axis=0)


def parts(g):
    """Table [tasks, rows, width] and dense [tasks, numbers] of flat gradients."""
    split = ROWS * WIDTH
    return g[:, :split].reshape(len(g), ROWS, WIDTH), g[:, split:]


def metabalance(g, magnitudes):
    """Per tensor: the table is one, the dense parameter another."""
    combined = []
    for k, part in enumerate(parts(g)):
        flat = part.reshape(len(g), -1)
        magnitudes[k] = META_BETA * magnitudes[k] + (1 - META_BETA) * np.linalg.norm(flat, axis=1)
        factor = META_RELAX * magnitudes[k][MAIN] / magnitudes[k] + 1 - META_RELAX
        combined.append(factor @ flat)
    return np.concatenate(combined)


def pmtrec_rows(table, epoch, tau, absent='kept', norms=None):
    """Returns the combined rows and the weights [tasks, rows]."""
    n = np.linalg.norm(table, axis=-1) if norms is None else norms.copy()
    here = n > 0
    n[MAIN] *= min(ALPHA**epoch, CAP)
    logits = n / tau
    if absent == 'masked':
        logits = np.where(here, logits, -np.inf)
    e = np.exp(logits - logits.max(axis=0))
    w = e / e.sum(axis=0)
    return np.einsum('tr,trw->rw', w, table), w


class PmtrecMedian:
    """tau is a multiple of the mean of the steps' medians in the first epoch."""

    def __init__(self):
        self.scale = None

    def __call__(self, g, epoch):
        table, dense = parts(g)
        norms = np.linalg.norm(table, axis=-1)
        if self.scale is None:
            self.scale = np.median(norms[norms > 0])
        rows, _ = pmtrec_rows(table, epoch, MEDIAN_FACTOR * self.scale)
        return np.concatenate([rows.ravel(), dense.mean(axis=0)])


class PmtrecScaleFree:
    def __init__(self, tasks):
        self.mean, self.t = np.zeros(tasks), 0

    def __call__(self, g, epoch):
        table, dense = parts(g)
        norms = np.linalg.norm(table, axis=-1)
        self.t += 1
        self.mean = EMA * self.mean + (1 - EMA) * norms.mean(axis=1)
        rows, _ = pmtrec_rows(table, epoch, 1.0, norms=norms / (self.mean / (1 - EMA**self.t))[:, None])
        return np.concatenate([rows.ravel(), dense.mean(axis=0)])


def pmtrec(g, epoch, absent='kept', dense_rule='mean'):
    table, dense = parts(g)
    rows, w = pmtrec_rows(table, epoch, TAU, absent)
    if dense_rule == 'norm':
        shared, _ = pmtrec_rows(dense[:, None, :], epoch, TAU)
        shared = shared[0]
    else:
        shared = dense.mean(axis=0) if dense_rule == 'mean' else dense.sum(axis=0)
    return np.concatenate([rows.ravel(), shared]), w


def pmtrec_client(g, epoch):
    n = np.linalg.norm(g, axis=1)
    n[MAIN] *= min(ALPHA**epoch, CAP)
    return softmax(n / TAU) @ g


def run(tasks, steps):
    scales_uw, scales_imtl = np.zeros(tasks), np.zeros(tasks)
    targets = np.zeros((tasks, tasks))
    gradnorm, famo, median, free = GradNorm(tasks), Famo(tasks), PmtrecMedian(), PmtrecScaleFree(tasks)
    moments = np.zeros_like(np.array(steps[0]['gradients']))
    magnitudes = [np.zeros(tasks), np.zeros(tasks)]
    past, results = [], []
    for s, step in enumerate(steps):
        g, losses = np.array(step['gradients']), np.array(step['losses'])
        after, epoch, orders = np.array(step['after']), s + 1, step['orders']
        rate = past[-1] / past[-2] if len(past) > 1 else None
        row_wise, w = pmtrec(g, epoch)
        wanted = {
            'ew': g.sum(axis=0),
            'rlw': softmax(np.array(step['normal'])) @ g,
            'uw': 1 / (2 * np.exp(scales_uw)) @ g,
            'dwa': (np.ones(tasks) if rate is None else tasks * softmax(rate / 2)) @ g,
            'imtl-l': np.exp(scales_imtl) @ g,
            'famo': famo.weights(losses) @ g,
            'gradnorm': gradnorm(g, losses),
            'mgda': mgda(g),
            'mgda l2': mgda_of_unit_gradients(g),
            'pcgrad': pcgrad(g, orders),
            'gradvac': gradvac(g, orders, targets),
            'cagrad': cagrad(g),
            'graddrop': graddrop(g, np.array(step['uniform'])),
            'nash-mtl': nash(g),
            'imtl-g': imtl_g(g),
            'aligned-mtl': aligned(g),
            'mocograd': mocograd(g, moments, orders),
            'metabalance': metabalance(g, magnitudes),
            'pmtrec': row_wise,
            'pmtrec masked': pmtrec(g, epoch, absent='masked')[0],
            'pmtrec dense sum': pmtrec(g, epoch, dense_rule='sum')[0],
            'pmtrec dense norm': pmtrec(g, epoch, dense_rule='norm')[0],
            'pmtrec median': median(g, epoch),
            'pmtrec scale-free': free(g, epoch),
            'pmtrec-client': pmtrec_client(g, epoch),
        }
        with np.errstate(divide='ignore', invalid='ignore'):
            entropy = -np.sum(np.where(w > 0, w * np.log(w), 0), axis=0).mean()
        results.append({
            'combined': {name: rounded(value) for name, value in wanted.items()},
            'pmtrec': {'entropy': entropy, 'shares': rounded(w.mean(axis=1))},
        })
        scales_uw = scales_uw - SCALE_RATE * (0.5 - losses / (2 * np.exp(scales_uw)))
        scales_imtl = scales_imtl - SCALE_RATE * (np.exp(scales_imtl) * losses - 1)
        famo.observe(losses, after)
        past.append(losses)
    return results


def main():
    random = np.random.default_rng(11)
    size = ROWS * WIDTH + DENSE
    cases = []
    for kind in ['random', 'conflicting', 'of many sizes', 'absent rows']:
        for tasks in range(2, 6):
            steps = []
            for _ in range(STEPS):
                g = random.integers(-30, 31, (tasks, size)) / 10
                if kind == 'conflicting':
                    g[1:] -= g[0]
                if kind == 'alike':
                    g = g / 4 + random.integers(-30, 31, size) / 10
                if kind == 'of many sizes':
                    g = g * 10.0 ** random.integers(-1, 2, (tasks, 1))
                if kind == 'absent rows':
                    g[random.integers(tasks), :WIDTH] = 0
                    g[0, WIDTH:2 * WIDTH] = 0
                g = np.round(g, 6)
                steps.append({
                    'gradients': g.tolist(),
                    'losses': np.round(random.uniform(0.1, 2, tasks), 3).tolist(),
                    'after': np.round(random.uniform(0.1, 2, tasks), 3).tolist(),
                    'orders': [random.permutation([j for j in range(tasks) if j != i]).tolist() for i in range(tasks)],
                    'normal': np.round(random.normal(size=tasks), 3).tolist(),
                    'uniform': (np.round(random.uniform(size=size), 3) * 0.999 + 0.0003).round(6).tolist(),
                })
            cases.append({'kind': kind, 'steps': steps, 'results': run(tasks, steps)})
    text = json.dumps({'rows': ROWS, 'width': WIDTH, 'cases': cases}, separators=(',', ':'))
    Path(__file__).with_name('combination.json').write_text(text + '\n')
    print(len(text), 'bytes')


if __name__ == '__main__':
    main()
