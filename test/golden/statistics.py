"""Intervals, tests and ranks of small made-up samples, by SciPy, scikit-learn and statsmodels.

DeLong's standard errors and his test of two correlated AUCs are in none of them. They are computed here as DeLong,
DeLong and Clarke-Pearson wrote them down: by the matrix of all (positive, negative) pairs.

Needs the PyPI packages numpy, scipy, scikit-learn and statsmodels; writes statistics.json next to this file.
"""

import itertools
import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests


def components(scores, labels):
    """Structural components of the positive and of the negative rows."""
    high, low = scores[labels == 1], scores[labels == 0]
    pairs = (high[:, None] > low) + 0.5 * (high[:, None] == low)
    return pairs.mean(axis=1), pairs.mean(axis=0)


def delong(random, rows, digits):
    labels = (random.random(rows) < 0.3).astype(int)
    labels[:4] = [0, 0, 1, 1]
    common = random.normal(size=rows) + 0.8 * labels
    first = np.round(common + 0.5 * random.normal(size=rows), digits)
    second = np.round(common + 0.7 * random.normal(size=rows), digits)
    v10, v01 = zip(components(first, labels), components(second, labels))
    covariance = np.cov(v10) / len(v10[0]) + np.cov(v01) / len(v01[0])
    aucs = [roc_auc_score(labels, first), roc_auc_score(labels, second)]
    error = np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    return {
        'labels': labels.tolist(), 'first': first.tolist(), 'second': second.tolist(), 'aucs': aucs,
        'errors': np.sqrt(np.diag(covariance)).tolist(), 'differenceError': error,
        'pValue': 2 * stats.norm.sf(abs(aucs[0] - aucs[1]) / error),
        'interval': np.clip(stats.norm.interval(0.95, aucs[0], np.sqrt(covariance[0, 0])), 0, 1).tolist(),
    }


def bootstrap(case):
    labels, scores = np.array(case['labels']), np.array(case['first'])

    def auc(high, low, axis=-1):
        high, low = high[..., :, None], low[..., None, :]
        return ((high > low) + 0.5 * (high == low)).mean(axis=(-2, -1))

    found = stats.bootstrap(
        (scores[labels == 1], scores[labels == 0]), auc, n_resamples=50_000, method='percentile', batch=500,
        vectorized=True, rng=5,
    )
    return {
        'labels': case['labels'], 'scores': case['first'], 'error': found.standard_error,
        'interval': list(found.confidence_interval),
    }


def signed_rank(differences):
    """Over all signs that the ranks could have had."""
    values = differences[differences != 0]
    ranks = stats.rankdata(abs(values))
    seen = min(ranks[values > 0].sum(), ranks[values < 0].sum())
    sums = [np.dot(ranks, signs) for signs in itertools.product([0, 1], repeat=len(values))]
    return min(1, 2 * np.mean(np.array(sums) <= seen + 1e-9))


def paired(random, count, digits):
    differences = np.round(random.normal(0.004, 0.01, count), digits)
    found = stats.ttest_1samp(differences, 0)
    low, high = found.confidence_interval(0.95)
    p = signed_rank(differences)
    ties = len(set(abs(differences))) < count or 0 in differences
    if not ties:
        assert np.isclose(p, stats.wilcoxon(differences, method='exact').pvalue)
    return {'differences': differences.tolist(), 'halfWidth': (high - low) / 2, 'tTest': found.pvalue, 'signedRank': p}


def friedman(random, blocks, methods, digits):
    values = np.round(random.normal(0.7, 0.02, (blocks, 1)) + random.normal(0, 0.01, (blocks, methods))
                      + 0.004 * np.arange(methods), digits)
    found = stats.friedmanchisquare(*values.T)
    f = (blocks - 1) * found.statistic / (blocks * (methods - 1) - found.statistic)
    q = stats.studentized_range.ppf(0.95, methods, np.inf) / np.sqrt(2)
    return {
        'values': values.tolist(), 'meanRanks': stats.rankdata(-values, axis=1).mean(axis=0).tolist(),
        'chiSquare': found.statistic, 'pValue': found.pvalue,
        'fPValue': stats.f.sf(f, methods - 1, (methods - 1) * (blocks - 1)),
        'criticalDifference': q * np.sqrt(methods * (methods + 1) / (6 * blocks)),
    }


def holm(random, count):
    p = np.round(random.beta(0.4, 2, count), 4)
    return {'pValues': p.tolist(), 'adjusted': multipletests(p, method='holm')[1].tolist()}


def main():
    random = np.random.default_rng(8)
    aucs = [delong(random, rows, digits) for rows, digits in [(12, 3), (40, 3), (40, 0), (150, 4), (300, 1), (400, 4)]]
    golden = {
        'delong': aucs,
        'bootstrap': [bootstrap(aucs[at]) for at in (1, 3, 4)],
        'paired': [paired(random, count, digits) for count, digits in [(3, 4), (5, 4), (5, 2), (8, 5), (10, 2), (16, 5)]],
        'holm': [holm(random, count) for count in (1, 2, 5, 12)],
        'friedman': [friedman(random, *case) for case in [(4, 3, 4), (8, 5, 4), (10, 11, 4), (8, 4, 2)]],
    }
    text = json.dumps(golden, separators=(',', ':'))
    Path(__file__).with_name('statistics.json').write_text(text + '\n')
    print(len(text), 'bytes')


if __name__ == '__main__':
    main()
