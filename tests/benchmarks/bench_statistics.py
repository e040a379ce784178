"""A question about the shipped sweep: read for the first time, asked again, and by a loop."""

import time

import numpy as np
import pytest

from mslt_core.pipeline import EXAMPLE, gains_over, ranking, run_groups, zero_shot_means
from mslt_core.store import Store

pytestmark = pytest.mark.benchmark


def seconds(work):
    start = time.process_time()  # the machine may have other work
    answer = work()
    return time.process_time() - start, answer


def resampled(hits_a, hits_b, sizes, n_resamples=2000):
    """Ends of the paired bootstrap's interval for a difference of two accuracies."""
    n = len(sizes)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=n_resamples)
    return np.quantile(drawn @ (hits_b - hits_a) / (drawn @ sizes), [0.025, 0.975])


def test_all_sets_of_the_sweep_at_once():
    store = Store(EXAMPLE, read_only=True)
    groups = run_groups(store)
    baseline, *others = groups
    targets, _ = zero_shot_means(store, groups)
    first, _ = seconds(lambda: ranking(store, groups, "span_f1"))
    again, _ = seconds(lambda: ranking(store, groups, "span_f1", average="paper"))
    gains, _ = seconds(
        lambda: gains_over(store, baseline, others, "accuracy", mean_over=targets, pool=groups)
    )
    print(f"\n127 sets x 24 targets x 3 seeds, CPU seconds: first question {first:.2f}, ")
    print(f"another one on what is in memory {again:.2f}; 126 x 24 gains {gains:.2f}")


def test_linearised_against_resampled():
    """One difference: the variance of influences, and 2,000 paired resamples."""
    store = Store(EXAMPLE, read_only=True)
    a, b = run_groups(store)[:2]
    hits = [store.runs.predictions(group.runs[0].run, "fr") for group in (a, b)]
    counts = [np.asarray(found["n_correct"], np.int64) for found in hits]
    sizes = np.asarray(hits[0]["n_tokens"], np.int64)
    slow, (low, high) = seconds(lambda: resampled(*counts, sizes))
    gains_over(store, a, (b,))
    quick, _ = seconds(lambda: gains_over(store, a, (b,)))
    print(f"\nall 24 targets {1000 * quick:.1f} ms; one target resampled {1000 * slow:.1f} ms")
    assert low < high
