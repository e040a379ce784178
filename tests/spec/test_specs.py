"""Questions: every field is part of the name, bad fields are refused with a sentence."""

import hashlib
import json
import re

import pytest

from mslt_core.spec.errors import SpecError, UnknownLanguageError
from mslt_core.spec.selecting import SelectSpec
from mslt_core.spec.specs import CkaSpec, EmbedSpec, MapSpec, TrainSpec, set_name

TRAIN = {
    "task": "cldr-ner",
    "data": "d0",
    "model": "base",
    "model_fingerprint": "m0",
    "source_langs": ("de", "en", "es"),
    "target_langs": ("id", "ko"),
    "budget": 90,
    "steps": 10,
    "learning_rate": 3e-4,
}
OTHER = {
    "task": "wikiann",
    "data": "d1",
    "model": "mini",
    "model_fingerprint": "m1",
    "source_langs": ("en",),
    "target_langs": ("id",),
    "budget": 91,
    "steps": 11,
    "batch_size": 8,
    "learning_rate": 2e-5,
    "lr_warmup_ratio": 0.2,
    "weight_decay": 0.0,
    "max_length": 64,
    "eval_limit": None,
    "precision": "bfloat16",
    "seed": 1,
}
# fields that came later, with what else they need
LATER = {
    "alpha": {"alpha": 0.5},
    "rows": {"rows": "disjoint"},
    "tune": {"tune": "lora"},
    "lora_rank": {"lora_rank": 16},
    "shots": {"shots": 10, "shot_langs": ("th",)},
    "shot_langs": {"shots": 10, "shot_langs": ("ur",)},
    "eval_every": {"eval_every": 5},
    "holdout": {"eval_every": 5, "holdout": 9, "select": "source"},
    "select": {"eval_every": 5, "select": "target"},
    "eval_task": {"eval_task": "own"},
    "eval_data": {"eval_data": "d2"},
    "eval_draw": {"eval_task": "own", "eval_draw": "sample"},
    "oracle": {"oracle": True, "source_langs": ("en",), "target_langs": ("en",)},
    "keep_every": {"keep_every": 5},
    "group_by_length": {"group_by_length": False},
}
EMBED = EmbedSpec(checkpoint="c", corpus="k", lang="en", layer=2)


def test_every_field_of_a_run_changes_its_digest():
    assert set(OTHER) | set(LATER) == set(TrainSpec.model_fields)
    changes = [*({field: value} for field, value in OTHER.items()), *LATER.values()]
    digests = {TrainSpec(**{**TRAIN, **change}).digest() for change in changes}
    assert len({*digests, TrainSpec(**TRAIN).digest()}) == len(changes) + 1


def test_a_field_that_came_later_leaves_older_names_in_specs_inside_others_too():
    asked = CkaSpec(embeds=(EMBED, EMBED.but(lang="de")), ids="i", n=4)
    fields = asked.model_dump(mode="json")
    for embed in fields["embeds"]:
        assert embed.pop("precision") == "float32"
    text = json.dumps(["CkaSpec", 1, fields], sort_keys=True, separators=(",", ":"))
    assert asked.digest() == hashlib.sha256(text.encode()).hexdigest()[:16]
    half = CkaSpec(embeds=(EMBED, EMBED.but(lang="de", precision="bfloat16")), ids="i", n=4)
    assert half.digest() != asked.digest()


def test_a_field_that_came_later_leaves_older_runs_their_names():
    asked = TrainSpec(**TRAIN)
    later = {name: TrainSpec.model_fields[name].default for name in LATER}
    assert TrainSpec(**TRAIN, **later).digest() == asked.digest()
    fields = {name: v for name, v in asked.model_dump(mode="json").items() if name not in later}
    text = json.dumps(["TrainSpec", 1, fields], sort_keys=True, separators=(",", ":"))
    assert asked.digest() == hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shots": 10}, "10 shots of no language"),
        ({"shots": 10, "shot_langs": ("en",)}, "English (en) is a source already"),
        ({"shots": 44, "shot_langs": ("th", "ur")}, "leave 2 of a budget of 90 for 3 sources"),
        ({"select": "target"}, "needs points to choose from"),
        ({"select": "source", "eval_every": 5}, "0 held-out rows with selection 'source'"),
        ({"holdout": 9, "eval_every": 5}, "9 held-out rows with selection 'last'"),
        (
            {"select": "source", "eval_every": 5, "holdout": 2},
            "2 held-out rows do not reach 3 sources",
        ),
        ({"alpha": 1.1}, "alpha"),
        ({"weight_decay": float("inf")}, "weight_decay: input should be a finite number"),
        ({"oracle": True}, "trained and scored on one and the same language"),
        ({"eval_draw": "sample"}, "eval_draw is of another data set to score on"),
    ],
)
def test_what_does_not_go_together_is_refused(change, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        TrainSpec(**{**TRAIN, **change})


def test_a_refusal_keeps_its_hint_apart_from_its_message():
    with pytest.raises(SpecError) as refused:
        TrainSpec(**{**TRAIN, "source_langs": ()})
    assert (refused.value.message, refused.value.hint) == (
        "no source language chosen",
        "Choose at least one.",
    )


def test_few_shot_targets_are_seen_and_named():
    asked = TrainSpec(**{**TRAIN, "shots": 10, "shot_langs": ("th",)})
    assert asked.seen_langs == ("de", "en", "es", "th")
    assert asked.name == "MSLT(de, en, es) + 10 th"


def test_the_digest_ignores_how_the_languages_were_written():
    shuffled = TrainSpec(**{**TRAIN, "source_langs": ["es", "de", "en", "de"]})
    assert shuffled.digest() == TrainSpec(**TRAIN).digest()
    assert shuffled.source_langs == ("de", "en", "es")


def test_the_schema_number_is_part_of_the_digest(monkeypatch):
    before = TrainSpec(**TRAIN).digest()
    monkeypatch.setattr(TrainSpec, "schema_number", 999)
    assert TrainSpec(**TRAIN).digest() != before


def test_specs_of_different_kinds_never_share_a_digest():
    fields = {"pool": ("de", "en"), "k": 2}
    other_kind = type("OtherSpec", (SelectSpec,), {})
    assert SelectSpec(**fields).digest() != other_kind(**fields).digest()


def test_a_spec_survives_its_json():
    spec = TrainSpec(**TRAIN)
    assert TrainSpec.model_validate_json(spec.model_dump_json()) == spec


def test_but_checks_again():
    with pytest.raises(SpecError, match="budget of 2 examples is smaller"):
        TrainSpec(**TRAIN).but(budget=2)


def test_specs_are_frozen():
    with pytest.raises(Exception, match="frozen"):
        TrainSpec(**TRAIN).seed = 3


def test_names_follow_the_paper():
    assert set_name(("en",)) == "SSLT(en)"
    assert set_name(("de", "en", "es")) == "MSLT(de, en, es)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 2}, "budget of 2 examples is smaller than the number of source languages, 3"),
        ({"source_langs": ()}, "no source language chosen"),
        ({"target_langs": ()}, "no target language"),
        ({"steps": 0}, "steps: .*greater than or equal to 1, got 0"),
        ({"learning_rate": 0.0}, "learning_rate: .*greater than 0, got 0.0"),
        ({"colour": "red"}, "colour: .*not permitted, got 'red'"),
    ],
)
def test_bad_runs_are_refused(change, message):
    with pytest.raises(SpecError, match=message):
        TrainSpec(**{**TRAIN, **change})


def test_unknown_languages_are_refused_by_name():
    with pytest.raises(SpecError, match="'qq'"):
        TrainSpec(**{**TRAIN, "source_langs": ("en", "qq")})
    assert issubclass(UnknownLanguageError, SpecError)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"k": 1}, "k must be 2 or more for syntax, got 1.*no meaning for one language"),
        ({"k": 4}, "k = 4 is larger than the pool of 3"),
        ({"include": ("fr",)}, "include: fr not in the pool de, en, es"),
        (
            {"include": ("de", "en", "es")},
            "3 languages must be in \\(de, en, es\\), more than k = 2",
        ),
    ],
)
def test_bad_selections_are_refused(change, message):
    with pytest.raises(SpecError, match=message):
        SelectSpec(**{"pool": ("de", "en", "es"), "k": 2, **change})


def test_perplexity_must_fit_the_number_of_points():
    # 2 languages x 45 sentences: 90 / 3 = 30
    fields = {"embeds": (EMBED, EMBED.but(lang="de")), "ids": "i", "n": 45, "library": "x 1"}
    assert MapSpec(**fields, perplexity=29.9).perplexity == 29.9
    with pytest.raises(SpecError, match=r"below n_samples / 3 = 30.0, got 50"):
        MapSpec(**fields, perplexity=50)
