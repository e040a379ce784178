"""What a run is trained on and scored on."""

import dataclasses
from types import SimpleNamespace

import pytest

from mslt_core.data import tables, tasks
from mslt_core.pipeline.drawing import draw, evaluation_items, in_labels_of, scored_task
from mslt_core.pipeline.stock import shares, stock, stocks
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.sentences import LabelledText
from mslt_core.spec.specs import TrainSpec


@dataclasses.dataclass
class Parallel:
    """Sixty meanings in three languages, three rows to a meaning; Thai has test items alone."""

    name = "pairs"
    kind = "classification"
    paired = False
    labels = ("a", "b")
    train_langs = ("de", "en", "sw")
    eval_langs = ("de", "en", "sw", "th")
    meant = True

    def train(self, lang):
        n = 180 if lang != "sw" else 90
        return [
            LabelledText(
                row_id=f"{lang}:{i}",
                text=f"{lang} {i}",
                label=i % 2,
                meaning=str(i // 3) if self.meant else "",
            )
            for i in range(n)
        ]

    def evaluation(self, lang, limit=None):
        rows = [LabelledText(row_id=f"t:{i}", text=f"t{i}", label=0) for i in range(10)]
        return rows[:limit] if lang != "th" else []


def spec(*source_langs, budget=60, **changes):
    fields = {
        "task": "pairs",
        "data": "d",
        "model": "m",
        "model_fingerprint": "m",
        "target_langs": ("en", "sw"),
        "steps": 3,
        "learning_rate": 1e-3,
        **changes,
    }
    return TrainSpec(source_langs=source_langs, budget=budget, **fields)


def ids(rows):
    return {lang: [row.row_id for row in of_lang] for lang, of_lang in rows.items()}


def meanings(rows):
    return {lang: {row.meaning for row in of_lang} for lang, of_lang in rows.items()}


def test_the_parts_make_up_the_budget():
    task = Parallel()

    def shared(asked):
        return shares(asked, lambda lang: stock(lang, task.train(lang)))

    assert shared(spec("de", "en")) == {"de": 30, "en": 30}
    # 180 : 90 rows: one each, then 58 shared as 38.67 and 19.33
    assert shared(spec("en", "sw", alpha=1)) == {"en": 40, "sw": 20}
    few = spec("en", shots=10, shot_langs=("sw",))
    assert shared(few) == {"en": 50, "sw": 10}
    assert {lang: len(rows) for lang, rows in draw(task, few).rows.items()} == shared(few)


def test_independent_draws_are_those_of_before():
    """A language's rows do not depend on the set, nor on whether rows are held out."""
    task = Parallel()
    alone = ids(draw(task, spec("en")).rows)["en"]
    assert ids(draw(task, spec("de", "en")).rows)["en"] == alone[:30]
    held = spec("en", holdout=9, select="source", eval_every=1)
    drawn = draw(task, held)
    assert ids(drawn.rows)["en"] == alone
    assert not set(ids(drawn.held_out)["en"]) & set(alone)
    assert len(drawn.held_out["en"]) == 9


@pytest.mark.parametrize("how", ["parallel", "disjoint"])
def test_meanings(how):
    drawn = draw(Parallel(), spec("de", "en", rows=how))
    of_lang = meanings(drawn.rows)
    if how == "parallel":
        assert of_lang["de"] == of_lang["en"]
        assert drawn.n_meanings == 10
    else:
        assert not of_lang["de"] & of_lang["en"]
        assert drawn.n_meanings == 20


@pytest.mark.parametrize("how", ["parallel", "disjoint"])
def test_what_is_held_out_in_one_language_is_trained_on_in_none(how):
    asked = spec("de", "en", rows=how, holdout=20, select="source", eval_every=1)
    drawn = draw(Parallel(), asked)
    held = set.union(*meanings(drawn.held_out).values())
    trained = set.union(*meanings(drawn.rows).values())
    assert held
    assert trained
    assert not held & trained
    assert [len(rows) for rows in drawn.held_out.values()] == [10, 10]


def test_held_out_rows_are_new_even_where_the_data_repeats_itself():
    """Every row is there twice, and each meaning in every language: none of it may come back."""
    task = Parallel()
    rows = {lang: task.train(lang) for lang in task.train_langs}
    twice = {lang: [*of_lang, *of_lang] for lang, of_lang in rows.items()}
    task.train = twice.__getitem__
    for budget, holdout in ((60, 40), (100, 20)):
        asked = spec("de", "en", budget=budget, holdout=holdout, select="source", eval_every=1)
        drawn = draw(task, asked)
        trained = [row for of_lang in drawn.rows.values() for row in of_lang]
        held = [row for of_lang in drawn.held_out.values() for row in of_lang]
        assert len(held) == holdout
        assert not {row.text for row in held} & {row.text for row in trained}
        assert not {row.meaning for row in held} & {row.meaning for row in trained}


def test_a_row_without_a_meaning_is_a_meaning_of_its_own():
    task = Parallel()
    some = {
        lang: [
            dataclasses.replace(r, meaning=r.meaning if i < 9 else "") for i, r in enumerate(rows)
        ]
        for lang, rows in ((lang, task.train(lang)) for lang in task.train_langs)
    }
    task.train = some.__getitem__
    drawn = draw(task, spec("de", "en", budget=300, rows="disjoint"))
    named = {lang: {r.meaning for r in rows} - {""} for lang, rows in drawn.rows.items()}
    assert not named["de"] & named["en"]
    unnamed = sum(not row.meaning for rows in drawn.rows.values() for row in rows)
    assert drawn.n_meanings == unnamed + len(named["de"] | named["en"])


def test_what_is_trained_on_is_not_scored_in_another_data_set():
    class Other(Parallel):
        def evaluation(self, lang, limit=None):
            assert limit is None, "what is left out must not count towards the limit"
            return self.train(lang)[:6]

    task = Parallel()
    task.trained_on = lambda rows: [row.row_id in {"en:0", "en:2"} for row in rows]
    asked = spec("de", target_langs=("en",), eval_limit=3)
    items = evaluation_items(Other(), asked, trained=task)["en"]
    assert [row.row_id for row in items] == ["en:3", "en:4", "en:5"]  # en:1 has their meaning


def test_rows_without_meanings_cannot_be_drawn_by_them():
    task = Parallel()
    task.meant = False
    assert draw(task, spec("de", "en")).n_meanings is None
    with pytest.raises(DataError, match="no translations of each other"):
        draw(task, spec("de", "en", rows="parallel"))


def test_more_than_there_is_is_refused():
    with pytest.raises(DataError, match=r"Swahili \(sw\) has 90 training examples, 100 are wanted"):
        draw(Parallel(), spec("sw", budget=100))
    with pytest.raises(DataError, match=r"has 0 training examples left to hold out, 5 are wanted"):
        draw(Parallel(), spec("sw", budget=90, holdout=5, select="source", eval_every=1))


def test_rows_that_are_held_out_are_told_where_too_few_are_left():
    asked = spec("de", "en", budget=360, rows="parallel", holdout=20, select="source", eval_every=1)
    with pytest.raises(DataError, match=r"has 168 .*, 180 are wanted, besides rows .* held out"):
        draw(Parallel(), asked)


def test_nothing_to_score_is_refused():
    with pytest.raises(DataError, match=r"nothing to score in Thai \(th\)"):
        evaluation_items(Parallel(), spec("en", target_langs=("en", "th")))


def test_another_data_set_must_be_of_the_same_kind_and_labels(monkeypatch):
    ner = tasks.open_task("cldr-ner")
    monkeypatch.setattr(tasks, "open_task", lambda *_: Parallel())
    with pytest.raises(SpecError, match=r"\(cldr-ner\) is tagging with O, .*pairs\) is class"):
        scored_task(ner, "pairs", None)
    assert scored_task(Parallel(), "pairs", None).labels == ("a", "b")
    assert scored_task(ner, None, None) is ner


def test_choices_fit_whatever_their_columns_are_called(monkeypatch):
    def named(*columns):
        return SimpleNamespace(name="own", kind="choice", labels=columns, paired=False)

    listed = named()
    monkeypatch.setattr(tasks, "open_task", lambda *_: listed)
    two = named("choice1", "choice2")
    assert scored_task(two, "own", None) is listed
    items = {"fi": [SimpleNamespace(label=1)]}
    assert in_labels_of(two, listed, items) == items


OTHER = {"eval_task": "sorted", "eval_data": "e", "eval_draw": "sample"}


@dataclasses.dataclass
class Sorted(Parallel):
    """Test items sorted by label, as files often are."""

    name = "sorted"

    def evaluation(self, lang, limit=None):
        assert limit is None
        return [
            LabelledText(row_id=f"{lang}:{i}", text=f"{lang} {i}", label=i // 100, meaning=str(i))
            for i in range(200)
        ]

    def trained_on(self, rows):
        return [row.text.endswith("0") for row in rows]


def test_some_items_of_another_data_set_are_a_sample_of_it():
    asked = spec("de", **OTHER, eval_limit=60)
    items = evaluation_items(Sorted(), asked, trained=Sorted())
    for rows in items.values():
        assert len(rows) == 60
        assert not any(row.text.endswith("0") for row in rows)
        # 60 of 90 + 90 rows: 30 of each label, give or take four standard deviations of 3.2
        assert 17 <= sum(row.label for row in rows) <= 43
    assert meanings(items)["en"] == meanings(items)["sw"]


def test_items_known_in_one_language_are_scored_in_none():
    """Also where the language in which they are trained on is none of the targets."""
    task, known = Sorted(), {"en 1", "de 2", "th 3"}
    trained = Sorted()
    trained.trained_on = lambda rows: [row.text in known for row in rows]
    items = evaluation_items(task, spec("de", **OTHER, eval_limit=None), trained=trained)
    assert {lang: len(rows) for lang, rows in items.items()} == {"en": 197, "sw": 197}
    assert not {"1", "2", "3"} & set.union(*meanings(items).values())


def test_where_all_is_known_says_in_which_data():
    task, trained = Sorted(), Sorted()
    trained.name = "own"
    trained.trained_on = lambda rows: [row.text.startswith("de ") for row in rows]
    told = (
        r"sorted has nothing to score in English \(en\): all its sentences, or translations of "
        "them, are in the training data of own data too"
    )
    with pytest.raises(DataError, match=told):
        evaluation_items(task, spec("de", **OTHER), trained=trained)


def test_what_an_earlier_version_drew_is_not_drawn_again_under_its_name():
    earlier = spec("de", **{**OTHER, "eval_draw": None}, eval_limit=60)
    assert earlier.digest() != spec("de", **OTHER, eval_limit=60).digest()
    with pytest.raises(DataError, match="drew items of sorted in another way"):
        evaluation_items(Sorted(), earlier, trained=Sorted())


def test_a_file_of_several_languages_is_read_once_for_all(tmp_path, monkeypatch):
    (tmp_path / "task.yaml").write_text(
        "kind: classification\ntitle: Stars\nlabels: [bad, good]\ncolumns: {lang: lang}\n"
    )
    row = '{"lang": "%s", "text": "fine", "label": "good"}\n'
    (tmp_path / "train.jsonl").write_text("".join(row % lang for lang in ("de", "en", "en")))
    read, records = [], tables.read_records
    monkeypatch.setattr(tables, "read_records", lambda path: read.append(path) or records(path))
    for _ in range(2):
        stock_of = stocks(tasks.open_task("own", tmp_path), tmp_path)
        assert [len(stock_of(lang)) for lang in ("de", "en")] == [1, 2]
    assert len(read) == 2, "once by each who opens it, to know its languages"
