"""Made-up answers to draw: small, and with every number known."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mslt_core.spec.criteria import CRITERIA
from mslt_core.spec.languages import LANGUAGES
from mslt_core.spec.rankings import CriteriaResult, ScoredSets, SelectionResult
from mslt_core.spec.results import (
    CheckpointRef,
    CkaResult,
    GainResult,
    MapResult,
    MingleResult,
    RunInfo,
    RunResult,
    TargetGain,
    TargetScores,
)
from mslt_core.spec.specs import TrainSpec, Where


def source_langs(name: str) -> tuple[str, ...]:
    """What is between the brackets of SSLT(en), MSLT(de, en, es); nothing of Base."""
    return tuple(name.partition("(")[2].rstrip(")").split(", ")) if "(" in name else ()


def checkpoint(name: str) -> CheckpointRef:
    return CheckpointRef(
        key=name,
        name=name,
        kind="base" if name == "Base" else "sslt" if name.startswith("SSLT") else "mslt",
        seen_langs=source_langs(name),
        path="/somewhere",
        fingerprint="0" * 16,
        n_layers=4,
    )


@pytest.fixture
def mingle_result() -> Callable[..., MingleResult]:
    """Checkpoint number c has a CKA of 0.2 * (c + 1) between any two languages."""

    def make(
        langs: Sequence[str] = ("ar", "de", "en"),
        names: Sequence[str] = ("Base", "SSLT(en)", "MSLT(de, en, es)"),
        n: int = 5,
        said: str = "{lang} {i}",
    ) -> MingleResult:
        rng = np.random.default_rng(0)
        ids = tuple(f"s{i}" for i in range(n))
        maps, ckas = [], []
        for c in range(len(names)):
            coords = rng.normal(scale=1 + c, size=(len(langs) * n, 2)).astype(np.float32)
            maps.append(
                MapResult(
                    langs=tuple(langs),
                    ids=ids,
                    coords=coords,
                    method="tsne",
                    disparity=0.1 if c else None,
                )
            )
            matrix = np.full((len(langs), len(langs)), 0.2 * (c + 1))
            np.fill_diagonal(matrix, 1.0)
            ckas.append(
                CkaResult(
                    langs=tuple(langs),
                    matrix=matrix,
                    n=1000,
                    layer=4,
                    estimator="debiased",
                    pooling="mean",
                )
            )
        return MingleResult(
            checkpoints=tuple(map(checkpoint, names)),
            maps=tuple(maps),
            ckas=tuple(ckas),
            texts={lang: tuple(said.format(lang=lang, i=i) for i in range(n)) for lang in langs},
        )

    return make


def gain(lang: str, difference: float, half: float | None = 0.01, **fields) -> TargetGain:
    given = {
        "lang": lang,
        "score_a": 0.6,
        "score_b": 0.6 + difference,
        "estimate": difference,
        "low": None if half is None else difference - half,
        "high": None if half is None else difference + half,
        "n_items": 1000,
        "n_seeds": 3,
        "trained_on": False,
        "majority_accuracy": 0.5,
    }
    return TargetGain(**{**given, **fields})


@pytest.fixture
def gain_result() -> Callable[..., GainResult]:
    """MSLT(de, en, es) is 4 points up in Arabic, 1 down in Finnish, 2 up in German (a source)."""

    def make(name_b: str = "MSLT(de, en, es)", **fields) -> GainResult:
        given = {
            "metric": "accuracy",
            "name_a": "SSLT(en)",
            "name_b": name_b,
            "gains": (
                gain("fi", -0.01, 0.03),
                gain("ar", 0.04),
                gain("de", 0.02, trained_on=True),
            ),
            "mean": gain("", 0.015, n_items=2000),
            "zero_shot": ("ar", "fi"),
            "interval": "seeds",
        }
        return GainResult(**{**given, **fields})

    return make


@pytest.fixture
def run_result() -> Callable[..., RunResult]:
    def make(sources: Sequence[str], accuracy: dict[str, float], seed: int = 0) -> RunResult:
        spec = TrainSpec(
            task="wikiann",
            data="d",
            model="mini",
            model_fingerprint="f",
            source_langs=tuple(sources),
            target_langs=tuple(accuracy),
            budget=300,
            steps=10,
            learning_rate=1e-4,
            seed=seed,
        )
        info = RunInfo(
            run=spec.digest(),
            state="done",
            reason="",
            spec=spec,
            where=Where(),
            step=10,
            created_utc="2026-01-01T00:00:00Z",
            elapsed_s=1.0,
            device="cpu",
            metrics=(),
            mean_score=None,
            has_scores=True,
            read_only=False,
            has_weights=True,
        )
        scores = {
            lang: TargetScores(
                accuracy=value,
                span_f1=value / 2,
                majority_accuracy=0.5,
                n_items=100,
                n_tokens=1234,
            )
            for lang, value in accuracy.items()
        }
        return RunResult(info=info, scores=scores, sampled={}, sampled_hash="", tokens_seen={})

    return make


def scored_sets(
    scores: Sequence[float], pool: Sequence[str], k: int, criterion: str = "syntax", **fields
) -> ScoredSets:
    """All sets of k of a pool, in alphabetical order, with these scores; NaN is not ranked."""
    values = np.array(scores, dtype=float)
    minimise = fields.get("minimise", False)
    # a slow and plain ranking: one more than the number of better sets
    best_first = np.where(np.isnan(values), np.inf, values if minimise else -values)
    ranks = 1 + np.searchsorted(np.sort(best_first), best_first)
    members = np.array(list(itertools.combinations(range(len(pool)), k)), dtype=np.int16)
    return ScoredSets(
        criterion=criterion,
        k=k,
        pool=tuple(sorted(pool)),
        members=members,
        scores=values,
        ranks=np.where(np.isnan(values), 0, ranks).astype(np.int64),
        order=np.argsort(best_first, kind="stable"),
        **{"minimise": False, "unit": CRITERIA[criterion].unit, **fields},
    )


POOL = ("ar", "de", "en", "zh")
SCORES = (0.7, 0.8, 0.9, 0.1, 0.6, 0.8)
"""Of ar-de, ar-en, ar-zh, de-en, de-zh, en-zh: two of them are tied."""


@pytest.fixture
def selection_result() -> Callable[..., SelectionResult]:
    """All pairs of four languages; the second and the third are tied."""

    def make(
        scores: Sequence[float] = SCORES, criterion: str = "syntax", **fields
    ) -> SelectionResult:
        distances = np.zeros((4, 4))
        distances[np.triu_indices(4, k=1)] = scores
        distances += distances.T
        return SelectionResult(
            sets=scored_sets(scores, POOL, 2, criterion, **fields),
            distances=distances,
            values=None,
        )

    return make


@pytest.fixture(scope="session")
def half_a_million() -> SelectionResult:
    """C(60, 4) = 487,635 sets, their scores from 0 to 1."""
    pool = sorted(LANGUAGES)[:60]
    rng = np.random.default_rng(0)
    sets = scored_sets(rng.beta(5, 3, size=487_635).round(4), pool, 4)
    return SelectionResult(sets=sets, distances=None, values=None)


@pytest.fixture
def criteria_result() -> Callable[..., CriteriaResult]:
    """Pairs of four languages: syntax, phonology turned round, script the same for all."""

    def make(scores: dict[str, Sequence[float]] | None = None, **fields) -> CriteriaResult:
        scores = scores or {
            "syntax": SCORES,
            "phonology": [1 - score for score in SCORES],
            "script": [2.0] * 6,
        }
        nan = np.nan
        given = {
            "by_criterion": {c: scored_sets(s, POOL, 2, c) for c, s in scores.items()},
            "correlations": np.array([[1, -1, nan], [-1, 1, nan], [nan, nan, nan]]),
            "missing": {},
        }
        return CriteriaResult(**{**given, **fields})

    return make
