"""MATLAB files as SciPy writes them, in base64: plain and compressed, with several element types.

Needs scipy; writes matlab.json next to this file.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from scipy.io import savemat

# user, product, category, rating, helpfulness; two products in two categories, one rating given twice
ratings = [[1, 10, 1, 5, 3], [1, 20, 2, 4, 3], [1, 30, 2, 1, 0], [2, 10, 1, 2, 1], [2, 10, 3, 4, 1], [3, 30, 2, 5, 70000]]
trust = [[1, 2], [2, 1], [3, 3], [1, 99]]


def encoded(variables, compress):
    file = io.BytesIO()
    savemat(file, variables, do_compression=compress)
    # The first 116 bytes are a text with the time of writing.
    return base64.b64encode(b'MATLAB 5.0 MAT-file'.ljust(116) + file.getvalue()[116:]).decode()


golden = {
    'ratings': ratings,
    'trust': trust,
    'files': {
        'plain': encoded({'note': 'passed over', 'rating': np.array(ratings, float)}, False),
        'compressed': encoded({'s': {'a': 1}, 'rating': np.array(ratings, 'int32')}, True),
        'single': encoded({'x': np.array(ratings, 'float32'), 'rating': np.array(ratings, 'uint32')}, True),
        'trust': encoded({'trustnetwork': np.array(trust, 'uint16')}, True),
        'timestamps': encoded({'trust': np.array([[*pair, 7] for pair in trust], 'int64')}, False),
        'other': encoded({'other': np.eye(2)}, True),
        'narrow': encoded({'rating': np.eye(3)}, True),
    },
}
Path(__file__).with_suffix('.json').write_text(json.dumps(golden) + '\n')
