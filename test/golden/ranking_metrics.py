"""Recall@K and NDCG@K of random vectors by users and items, with ties, from whole sorted rankings.

Scores are products of small whole numbers, so that they are exact in any order of summation and many are equal; a stable
sort puts the smaller item number first. Needs numpy; writes ranking_metrics.json next to this file.
"""

import json
from pathlib import Path

import numpy as np

USERS, ITEMS, WIDTH = 25, 60, 3
CUTOFFS = [1, 5, 10, 20, 40]

rng = np.random.default_rng(11)
user_vectors = rng.integers(-2, 3, (USERS, WIDTH))
item_vectors = rng.integers(-2, 3, (ITEMS, WIDTH))
part = rng.choice(4, (USERS, ITEMS), p=[0.7, 0.18, 0.06, 0.06])  # 0: not taken, 1 train, 2 validation, 3 test
part[3][part[3] == 3] = 0  # nothing in the test split
part[4][part[4] == 1] = 0  # no training interaction
part[5] = 1  # everything but three items is trained on
part[5, [7, 8]] = 3
part[5, 9] = 2


def scores(split):
    wanted_code = {'validation': 2, 'test': 3}[split]
    gone_codes = {'validation': [1], 'test': [1, 2]}[split]
    users, recall, ndcg = [], [], []
    for user in range(USERS):
        wanted = set(np.flatnonzero(part[user] == wanted_code))
        if not wanted:
            continue
        score = item_vectors @ user_vectors[user]
        ranking = [item for item in np.argsort(-score, kind='stable') if part[user, item] not in gone_codes]
        hit = np.array([item in wanted for item in ranking] + [False] * ITEMS, dtype=float)
        discount = 1 / np.log2(np.arange(len(hit)) + 2)
        users.append(user)
        recall.append([hit[:k].sum() / len(wanted) for k in CUTOFFS])
        ndcg.append([(hit * discount)[:k].sum() / discount[: min(k, len(wanted))].sum() for k in CUTOFFS])
    return {'users': users, 'recall': np.array(recall).tolist(), 'ndcg': np.array(ndcg).tolist()}


golden = {
    'width': WIDTH,
    'cutoffs': CUTOFFS,
    'userVectors': user_vectors.tolist(),
    'itemVectors': item_vectors.tolist(),
    'parts': part.tolist(),
    'validation': scores('validation'),
    'test': scores('test'),
}
Path(__file__).with_suffix('.json').write_text(json.dumps(golden) + '\n')
