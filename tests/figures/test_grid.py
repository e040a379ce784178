"""The grid of a sweep: a cell a run, told by colour, mark and words."""

import itertools

import numpy as np
import pytest

from mslt_core.figures import alt_text
from mslt_core.figures.grid import MARKS, STATES, sweep_grid
from mslt_core.spec.specs import set_name
from mslt_core.spec.sweeps import SweepCell


def cell(langs, seed=0, state="done", recipe="", told="done in 8 s", **fields):
    return SweepCell(
        run=f"{'-'.join(langs)}{seed}",
        name=fields.pop("name", set_name(langs)),
        source_langs=langs,
        seed=seed,
        recipe=recipe,
        state=state,
        told=told,
        **fields,
    )


def grids(fig):
    return [trace for trace in fig.data if trace.type == "heatmap"]


def test_rows_are_sets_and_columns_seeds():
    cells = [
        cell(("en",)),
        cell(("de", "en"), state="running", told="training, 3 of 10"),
        cell(("en",), 1, "failed", told="loss became NaN"),
        cell(("de", "en"), 1, "waiting", told="not begun"),
    ]
    fig = sweep_grid(cells)
    [grid] = grids(fig)
    assert grid.z.tolist() == [[0, 3], [1, 2]]
    assert grid.hovertext[0][1] == "SSLT(en), seed 1<br><b>failed</b>: loss became NaN"
    assert list(fig.layout.yaxis.ticktext) == ["en", "de, en"]
    assert list(fig.layout.xaxis.ticktext) == ["seed 0", "seed 1"]
    marks = next(t for t in fig.data if t.type == "scatter" and t.mode == "text")
    assert list(marks.text) == ["✓", "✕", "▸"]
    names = [trace.name for trace in fig.data if trace.showlegend is not False and trace.name]
    assert names == ["✓ 1 done", "▸ 1 running", "1 waiting", "✕ 1 failed"]


@pytest.mark.parametrize(("n_sets", "n_blocks", "ticks"), [(5, 1, "seed 0"), (42, 3, "0")])
def test_seeds_are_numbers_alone_where_words_would_run_into_each_other(n_sets, n_blocks, ticks):
    triples = itertools.combinations(("ar", "de", "en", "es", "fr", "it", "ru", "zh"), 3)
    sets = list(itertools.islice(triples, n_sets))
    fig = sweep_grid([cell(langs, seed) for langs in sets for seed in range(3)])
    assert len(grids(fig)) == n_blocks
    assert fig.layout.xaxis.ticktext[0] == ticks


def test_alternative_text_counts():
    cells = [cell(("en",), seed, "done" if seed else "stopped") for seed in range(3)]
    assert alt_text(sweep_grid(cells)) == (
        "Grid of 1 sets of source languages by 3 seeds and recipes: 2 done, 1 stopped."
    )


def test_recipes_stand_over_the_seeds():
    cells = [cell(("en",), s, recipe=f"{b:,} examples") for b in (100, 3000) for s in (0, 1)]
    assert list(sweep_grid(cells).layout.xaxis.ticktext) == [
        "100 examples, seed 0",
        "100 examples, seed 1",
        "3,000 examples, seed 0",
        "3,000 examples, seed 1",
    ]


@pytest.mark.parametrize(
    ("seeds", "ticks"),
    [
        ((0,), ["sets", "oracle"]),
        ((0, 1), ["sets, seed 0", "sets, seed 1", "oracle, seed 0", "oracle, seed 1"]),
    ],
)
def test_sets_beside_oracles_have_a_name_too(seeds, ticks):
    cells = [cell(("en",), seed, oracle=oracle) for oracle in (False, True) for seed in seeds]
    assert list(sweep_grid(cells).layout.xaxis.ticktext) == ticks


def test_a_run_is_called_what_it_is():
    """An oracle beside the set of its language, and a set with examples of a target."""
    cells = [
        cell(("th",), name="SSLT(th) + 10 fi"),
        cell(("th",), name="Oracle(th)", recipe="300 examples", oracle=True),
    ]
    [grid] = grids(sweep_grid(cells))
    assert [words.partition("<br>")[0] for words in grid.hovertext[0]] == [
        "SSLT(th) + 10 fi, seed 0",
        "Oracle(th), 300 examples, seed 0",
    ]


@pytest.mark.parametrize(("n_sets", "n_blocks"), [(1, 1), (18, 1), (35, 2), (127, 4)])
def test_many_sets_stand_side_by_side(n_sets, n_blocks):
    pool = [(chr(97 + i // 26), chr(97 + i % 26)) for i in range(n_sets)]
    fig = sweep_grid([cell(langs, seed) for seed in (0, 1) for langs in pool])
    assert len(grids(fig)) == n_blocks
    assert sum(np.isfinite(grid.z).sum() for grid in grids(fig)) == 2 * n_sets
    assert fig.layout.height < 820


def test_long_labels_leave_room_for_the_cells():
    pool = [("ar", "de", "en", "es", "fr", "ru", a + b) for a in "xyz" for b in "abcdefghijklm"]
    fig = sweep_grid([cell(langs) for langs in pool])
    widths = [axis.domain[1] - axis.domain[0] for axis in fig.select_xaxes()]
    assert len(widths) == 1
    assert widths[0] > 0.9


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_has_a_colour_and_all_but_waiting_a_mark(theme):
    fig = sweep_grid([cell(("en",), i, state) for i, state in enumerate(STATES)], theme=theme)
    assert len({colour for _, colour in grids(fig)[0].colorscale}) == len(STATES)
    assert [MARKS[state] for state in STATES].count("") == 1


def test_words_are_escaped():
    [grid] = grids(sweep_grid([cell(("en",), state="failed", told="<b>bold</b>")]))
    assert "<b>bold" not in grid.hovertext[0][0]
