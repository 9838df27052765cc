"""The notebook way, as a program of its own: pandas and imbalanced-learn.

Run it as ``python -m tests.benchmarks.notebook SOURCE STRATEGY OUTPUT``.
"""

import sys

import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

_SAMPLERS = {
    "random_over": RandomOverSampler,
    "random_under": RandomUnderSampler,
    "smote": SMOTE,
}


def balance(source: str, strategy: str, output: str) -> None:
    """Balance to 1:1 with the whole table in memory, without holdout or evidence.

    Args:
        source: Parquet with the target y and numbers without gaps.
        strategy: One of the samplers' names, as our command has them.
        output: The Parquet file to write.
    """
    table = pd.read_parquet(source)
    sampler = _SAMPLERS[strategy](random_state=0)
    features, target = sampler.fit_resample(table.drop(columns="y"), table["y"])
    features.assign(y=target).to_parquet(output, compression="zstd")


if __name__ == "__main__":
    balance(*sys.argv[1:])
