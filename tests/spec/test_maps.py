"""Parameters of maps are checked, suit the number of points, and leave older questions' names."""

import pytest

from mslt_core.spec.errors import SpecError
from mslt_core.spec.maps import MapParameters, preset
from mslt_core.spec.specs import EmbedSpec, MapSpec, MingleSpec

EMBED = EmbedSpec(checkpoint="c", corpus="x", lang="en", layer=2)
OTHERS = {
    "perplexity": 20.0,
    "early_exaggeration": 6.0,
    "early_exaggeration_iter": 100,
    "exaggeration": 2.0,
    "learning_rate": 100.0,
    "n_iter": 300,
    "initialization": "random",
    "n_neighbors": 9,
    "min_dist": 0.3,
    "n_epochs": 50,
    "metric": "cosine",
    "components": (1, 3),
    "whiten": True,
}


def test_what_was_asked_before_keeps_its_name():
    # digests of the time when a map had perplexity, n_neighbors and min_dist alone
    spec = MapSpec(embeds=(EMBED,), ids="i", n=200, library="l")
    changed = spec.but(perplexity=20, n_neighbors=9, min_dist=0.3)
    look = MingleSpec(checkpoints=("base",), corpus="x", langs=("en", "de"))
    assert spec.digest() == "5ff4c99e0d1dba52"
    assert changed.digest() == "988aad0f946e8121"
    assert look.digest() == "4da8738e9f5ce349"


def test_every_parameter_is_part_of_the_question():
    spec = MapSpec(embeds=(EMBED,), ids="i", n=200, library="l")
    assert set(OTHERS) == set(MapParameters.model_fields)
    digests = {spec.but(**{name: value}).digest() for name, value in OTHERS.items()}
    assert len(digests | {spec.digest()}) == len(OTHERS) + 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"early_exaggeration": 0.5}, "early_exaggeration must be from 1 to 100, got 0.5"),
        ({"early_exaggeration": float("nan")}, "early_exaggeration must be from 1 to 100, got nan"),
        ({"learning_rate": 0}, "learning_rate must be above 0 and finite, got 0"),
        ({"learning_rate": float("inf")}, "learning_rate must be above 0 and finite, got inf"),
        ({"components": (2, 2)}, r"two different numbers from 1 on, got \(2, 2\)"),
        ({"components": (0, 1)}, r"two different numbers from 1 on, got \(0, 1\)"),
        ({"exaggeration": 0.5}, "exaggeration: input should be greater than or equal to 1"),
        ({"perplexity": 1.0}, "perplexity: input should be greater than 1"),
        ({"n_neighbors": 1}, "n_neighbors: input should be greater than or equal to 2"),
        ({"n_iter": 0}, "n_iter: input should be greater than or equal to 1"),
    ],
)
def test_refuses_what_no_library_takes(fields, message):
    with pytest.raises(SpecError, match=message):
        MapParameters(**fields)


# --- presets


def test_the_balanced_preset_is_the_default_where_there_is_room():
    assert preset("balanced", 4200) == MapParameters()


@pytest.mark.parametrize(
    ("n_samples", "perplexity"),
    # a hundredth, from 30 to 100: 600 -> 6 -> 30; 6,000 -> 60; 21,000 -> 210 -> 100
    [(600, 30.0), (6_000, 60.0), (21_000, 100.0)],
)
def test_the_global_perplexity_grows_with_the_points(n_samples, perplexity):
    assert preset("global shape", n_samples).perplexity == perplexity


@pytest.mark.parametrize("name", ["local detail", "balanced", "global shape"])
@pytest.mark.parametrize("n_samples", [4, 5, 6, 7, 12, 90, 100, 101, 21_000, 200_000])
def test_presets_fit_any_number_of_points(name, n_samples):
    parameters = preset(name, n_samples)
    for method in ("tsne", "umap", "pca"):
        parameters.check_fit(method, n_samples)


def test_presets_say_when_there_are_too_few_points():
    with pytest.raises(SpecError, match="a map needs at least 4 points, got 3"):
        preset("balanced", 3)


def test_many_points_are_exaggerated_to_the_end():
    assert preset("balanced", 99_999).exaggeration == 1.0
    assert preset("balanced", 100_000).exaggeration == 4.0
