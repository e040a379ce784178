"""The example task speaks the same protocol as the ones with files."""

import pytest

from mslt_core.data import cldr
from mslt_core.data.tasks.cldr_ner import N_TEST, N_TRAIN, CldrNer
from mslt_core.spec.errors import DataError, UnknownLanguageError

TASK = CldrNer()


def test_phrases_become_labelled_sentences():
    phrases = cldr.phrases("test", "en", 20)
    sentences = TASK.evaluation("en", 20)
    assert [s.tokens for s in sentences] == [p.tokens for p in phrases]
    assert [tuple(TASK.labels[i] for i in s.labels) for s in sentences] == [
        p.labels for p in phrases
    ]
    assert [s.row_id for s in sentences] == [p.content_id for p in phrases]


def test_outside_is_label_0():
    assert TASK.labels[0] == "O"


def test_sizes_and_limits():
    assert len(TASK.evaluation("sw")) == N_TEST
    assert TASK.evaluation("sw", 7) == TASK.evaluation("sw", None)[:7]
    assert len(TASK.train("sw")) == N_TRAIN
    assert len({s.row_id for s in TASK.train("sw")}) == N_TRAIN


def test_every_language_is_scored_on_test():
    assert TASK.train_langs == TASK.eval_langs == tuple(sorted(cldr.LANGS))
    assert dict(TASK.evaluation_split) == dict.fromkeys(cldr.LANGS, "test")


def test_a_language_that_the_world_lacks_is_refused():
    with pytest.raises(DataError, match=r"cldr-ner has no phrases in Basque \(eu\); it has ar, bg"):
        TASK.train("eu")
    with pytest.raises(UnknownLanguageError, match="use en"):
        TASK.evaluation("eng", None)


def test_the_fingerprint_follows_the_world(monkeypatch):
    before = TASK.fingerprint()
    assert TASK.fingerprint() == before
    monkeypatch.setattr(cldr, "fingerprint", lambda: "another world")
    assert TASK.fingerprint() != before


@pytest.mark.slow  # renders all training phrases of 24 languages
def test_no_test_phrase_is_repeated_or_trained_on_in_any_language():
    trained_on = {s.tokens for lang in TASK.train_langs for s in TASK.train(lang)}
    for lang in TASK.eval_langs:
        scored = [s.tokens for s in TASK.evaluation(lang)]
        assert len(set(scored)) == len(scored), lang
        assert not trained_on & set(scored), lang
