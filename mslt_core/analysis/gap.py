"""How much is lost on the way from the languages of training to unseen ones."""

from collections.abc import Collection, Mapping

import numpy as np

from mslt_core.spec.errors import DegenerateInputError


def transfer_gap(
    scores: Mapping[str, float], source_langs: Collection[str], unseen_langs: Collection[str]
) -> float:
    """Cross-lingual transfer gap: mean score on the sources minus mean score on unseen languages.

    Parameters
    ----------
    scores : mapping of str to float
        One run's score on each language that it was scored on; ratios of one metric.
    source_langs : collection of str
        Languages that were trained on. Those without a score are left out.
    unseen_langs : collection of str
        Languages that were not trained on, disjoint from `source_langs`. Those without a score
        are left out.

    Returns
    -------
    float
        In [-1, 1] for ratios in [0, 1], without unit. 0: as good on unseen languages as on the
        sources; above 0: worse on them.

    Raises
    ------
    DegenerateInputError
        If no source, or no unseen language, has a score.

    Notes
    -----
    Every language counts alike. With one source, English, this is the gap of XTREME. It says
    nothing of how good a run is: one that learned nothing has none.

    References
    ----------
    Hu et al. (2020). XTREME: A Massively Multilingual Multi-task Benchmark for Evaluating
    Cross-lingual Generalisation. ICML.

    Examples
    --------
    Sources (0.9 + 0.8) / 2 = 0.85, unseen (0.6 + 0.7) / 2 = 0.65.

    >>> scores = {"de": 0.8, "en": 0.9, "fi": 0.6, "sw": 0.7}
    >>> round(transfer_gap(scores, {"de", "en"}, {"fi", "sw"}), 3)
    0.2
    """
    on_sources = [scores[lang] for lang in source_langs if lang in scores]
    on_unseen = [scores[lang] for lang in unseen_langs if lang in scores]
    if not on_sources:
        raise DegenerateInputError("no source language was scored")
    if not on_unseen:
        raise DegenerateInputError("no language was scored that was not trained on")
    return float(np.mean(on_sources) - np.mean(on_unseen))
