"""A boosted-tree floor on the very rows and fields that the models see.

Reads the data set's cache (run `npm start -- data kuairand-pure --data FOLDER` first) and prints the click AUC of
LightGBM per tab, trained on all tabs together with the tab as a field: on the training days alone, as the models
are, and with the validation day added. Needs the Python packages lightgbm, scikit-learn, pandas and pyarrow,
which the kit itself does not.

    python data/kuairand-pure/boosted_trees.py
"""

import json
import pathlib

import lightgbm
import numpy
import pandas
from sklearn.metrics import roc_auc_score

cache = max(pathlib.Path(__file__).parent.glob("cache/*/rows.parquet"), key=lambda file: file.stat().st_mtime)
rows = pandas.read_parquet(cache)
names = [scenario["name"] for scenario in json.loads((cache.parent / "manifest.json").read_text())["scenarios"]]
fields = [column for column in rows.columns if column not in ("split", "click", "long_view")]
TRAIN, VALIDATION, TEST = 0, 1, 2
test = rows[rows.split == TEST]


def scores(splits, seed):
    train = rows[rows.split.isin(splits)]
    model = lightgbm.LGBMClassifier(
        n_estimators=300, learning_rate=0.05, num_leaves=63, min_child_samples=50,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.6, random_state=seed, verbose=-1,
    )
    predicted = model.fit(train[fields], train.click).predict_proba(test[fields])[:, 1]
    of = [test.scenario == scenario for scenario in range(len(names))]
    return [roc_auc_score(test.click[mask], predicted[mask]) for mask in of]


for title, splits in (("training days", [TRAIN]), ("with the validation day", [TRAIN, VALIDATION])):
    mean = numpy.mean([scores(splits, seed) for seed in (1, 2, 3)], axis=0)
    print(title.ljust(24), "  ".join(f"{name} {value:.3f}" for name, value in zip(names, mean)))
