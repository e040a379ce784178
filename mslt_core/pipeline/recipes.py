"""From what a person asks for to a run's full question, with what follows from data and model."""

import dataclasses
import functools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from mslt_core.data import tasks
from mslt_core.pipeline.checkpoints import model_folder, model_name
from mslt_core.pipeline.drawing import scored_task
from mslt_core.pipeline.places import EXAMPLE_MODEL, data_folder
from mslt_core.pipeline.stock import StockOf, is_parallel, may_lack_rows, pick, shares, stocks
from mslt_core.spec.errors import DataError, SpecError
from mslt_core.spec.languages import languages
from mslt_core.spec.specs import Rows, TrainSpec, Tune, Where

LONGEST = 512
"""Sub-words per sentence (Lim et al. 2024, Table 5)."""

LATER = (
    *("alpha", "tune", "lora_rank", "shots", "shot_langs", "eval_every", "holdout", "select"),
    *("eval_task", "keep_every"),
)
"""Fields whose usual value is their default, beside the first ones."""

OF_THE_DRAW = {"seed", "alpha", "shots", "shot_langs", "holdout", "select", "eval_every"}
"""Fields that say which rows are drawn, or what must go with these, beside the sources."""

OF_ANY_MODEL: Mapping[str, Any] = MappingProxyType(
    {"model": "any", "model_fingerprint": "", "steps": 1, "learning_rate": 1e-3}
)
"""What a question must hold and no draw looks at."""

BATCH_SIZE: int = TrainSpec.model_fields["batch_size"].default


def make_train_spec(
    *,
    task: str,
    data: str | None,
    model: str,
    source_langs: Iterable[str],
    budget: int,
    steps: int | None = None,
    learning_rate: float | None = None,
    target_langs: Iterable[str] | None = None,
    eval_limit: int | Literal["all"] | None = None,
    batch_size: int = BATCH_SIZE,
    max_length: int | None = None,
    rows: Rows | None = None,
    eval_task: str | None = None,
    eval_data: str | None = None,
    group_by_length: bool = False,
    roots: tuple[Path, ...] | None = None,
    **fields: Any,
) -> tuple[TrainSpec, Where]:
    """Fill in what follows from the data and the model, and check that the run can be done.

    Targets default to every language that the task can score; steps and test items to what the
    task suggests; `max_length` to what the model can read, up to the paper's 512; `rows` to
    disjoint meanings in parallel data, so that one source or many are as many meanings. The
    learning rate defaults to the paper's 2e-5 for encoders of XLM-R's width and to 3e-4 for the
    small ones that learn nothing at that rate; LoRA takes ten times as much, a head alone 1e-3.
    Each language's rows come in random order, unless those of like length are to stand together.
    """
    from mslt_core.models import checkpoints, screening

    if fields.get("tune", "all") != "lora":
        fields.pop("lora_rank", None)  # it means nothing then, and must not name another run
    found = _opened(task, data, eval_task, eval_data, roots)
    folder = model_folder(model, roots=roots)
    screening.screen(folder)
    tune = fields.get("tune", "all")
    spec = TrainSpec(
        task=task,
        data=found.task.fingerprint(),
        model=model_name(model, folder),
        model_fingerprint=checkpoints.fingerprint(folder),
        source_langs=languages(source_langs),
        target_langs=languages(target_langs) if target_langs else found.targets,
        budget=budget,
        steps=default_steps(task, budget, batch_size) if steps is None else steps,
        batch_size=batch_size,
        learning_rate=_learning_rate(folder, tune) if learning_rate is None else learning_rate,
        eval_limit=_eval_limit(eval_task or task, eval_limit),
        max_length=_max_length(folder, max_length),
        rows=rows or found.rows,
        group_by_length=group_by_length,
        **(_other_items(eval_task, found.scored) if eval_task else {}),
        **fields,
    )
    _require_targets(found, spec)
    _require_alone(spec)
    pick(spec, found.stock_of)
    where = Where(
        data=str(found.at) if found.at else None,
        model=model if model == EXAMPLE_MODEL else str(folder),
        eval_data=str(found.eval_at) if found.eval_at else None,
    )
    return spec, where


def expected_shares(
    *,
    task: str,
    data: str | None,
    source_langs: Iterable[str],
    budget: int,
    rows: Rows | None = None,
    eval_task: str | None = None,
    eval_data: str | None = None,
    roots: tuple[Path, ...] | None = None,
    **fields: Any,
) -> dict[str, int]:
    """Training examples that each language would get, refused where `make_train_spec` refuses data.

    A look before the start: no model is looked at, so none is fetched. Of `fields` those count
    that say which rows are drawn.
    """
    found = _opened(task, data, eval_task, eval_data, roots)
    spec = TrainSpec(
        task=task,
        data=found.task.fingerprint(),
        source_langs=languages(source_langs),
        target_langs=found.targets,
        budget=budget,
        rows=rows or found.rows,
        **{name: value for name, value in fields.items() if name in OF_THE_DRAW},
        **OF_ANY_MODEL,
    )
    pick(spec, found.stock_of)
    return shares(spec, found.stock_of)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Data:
    """What a run is trained on, and what it is scored on."""

    task: tasks.Task
    scored: tasks.Task
    at: Path | None
    eval_at: Path | None
    stock_of: StockOf

    @property
    def rows(self) -> Rows:
        """How they are drawn where nobody says."""
        return "disjoint" if is_parallel(self.task, self.stock_of) else "independent"

    @property
    def targets(self) -> tuple[str, ...]:
        """Every language that can be scored; refused where there is none."""
        if not self.scored.eval_langs:
            raise DataError(
                f"{self.eval_at or self.at} has no test or dev file to score on",
                hint=f"Add {_test_file(self.scored)}, for instance.",
            )
        return self.scored.eval_langs


def _opened(
    task: str,
    data: str | None,
    eval_task: str | None,
    eval_data: str | None,
    roots: tuple[Path, ...] | None,
) -> _Data:
    if eval_data and not eval_task:
        raise SpecError(
            f"{eval_data} is given to score on, but not the task whose data it is",
            hint="Name it with eval_task.",
        )
    at, eval_at = data_folder(task, data, roots), data_folder(eval_task, eval_data, roots)
    opened = tasks.open_task(task, at)
    scored = scored_task(opened, eval_task, eval_at)
    return _Data(task=opened, scored=scored, at=at, eval_at=eval_at, stock_of=stocks(opened, at))


def unusual(
    spec: TrainSpec, where: Where, *, roots: tuple[Path, ...] | None = None
) -> dict[str, Any]:
    """What `make_train_spec` must be told to ask the same again, by field: what it would not
    fill in itself. Task, data, model, sources, budget and seed are not among it."""
    folder = model_folder(where.model or spec.model, roots=roots)
    found = _opened(spec.task, where.data, spec.eval_task, where.eval_data, roots)
    later = [*LATER, "precision", "lr_warmup_ratio", "weight_decay", "batch_size"]
    usual = {name: TrainSpec.model_fields[name].default for name in later} | {
        "steps": default_steps(spec.task, spec.budget, spec.batch_size),
        "learning_rate": _learning_rate(folder, spec.tune),
        "max_length": _max_length(folder, None),
        "eval_limit": _eval_limit(spec.eval_task or spec.task, None),
        "rows": found.rows,
        "group_by_length": False,
        "target_langs": found.scored.eval_langs,
    }
    told = {name: getattr(spec, name) for name in usual}
    return {name: value for name, value in told.items() if value != usual[name]}


def default_steps(task: str, budget: int, batch_size: int = BATCH_SIZE) -> int:
    """Optimizer steps for the passes over the budget that the task suggests; at least one."""
    return max(1, math.ceil(tasks.TASKS[task].passes * budget / max(batch_size, 1)))


def usual_learning_rate(
    model: str, tune: Tune = "all", *, roots: tuple[Path, ...] | None = None
) -> float:
    """What `make_train_spec` takes where no learning rate is given."""
    return _learning_rate(model_folder(model, roots=roots), tune)


def require_rows(spec: TrainSpec, where: Where, sets: Iterable[tuple[str, ...]]) -> None:
    """Refuse what `make_train_spec` refuses of the data, for other sets of sources of a spec it
    made, of whose languages each has its share when it is drawn alone."""
    stock_of = stocks(tasks.open_task(spec.task, where.data), where.data)
    asked = dict.fromkeys(sets)
    if may_lack_rows(spec, stock_of, {lang for langs in asked for lang in langs}):
        for langs in asked:
            _require_drawn(spec.but(source_langs=langs), where.data)


@functools.lru_cache(maxsize=4096)  # a page plans at every click, and a draw of large data is slow
def _require_drawn(spec: TrainSpec, folder: str | None) -> None:
    pick(spec, stocks(tasks.open_task(spec.task, folder), folder))


def realised(spec: TrainSpec, where: Where) -> dict[str, int]:
    """Training examples that each language of the run gets: they sum to the budget."""
    return shares(spec, stocks(tasks.open_task(spec.task, where.data), where.data))


def _other_items(eval_task: str, scored: tasks.Task) -> dict[str, Any]:
    """What names the items of another data set that a run is scored on."""
    return {"eval_task": eval_task, "eval_data": scored.fingerprint(), "eval_draw": "sample"}


def _eval_limit(task: str, asked: int | Literal["all"] | None) -> int | None:
    if asked == "all":
        return None
    return tasks.TASKS[task].eval_limit if asked is None else asked


def _max_length(folder: Path, asked: int | None) -> int:
    from mslt_core.models import config

    readable = config.max_length(folder)
    if asked is not None and asked > readable:
        raise SpecError(
            f"max_length must be at most {readable}, which is all that {folder.name} can read, "
            f"got {asked}"
        )
    return min(readable, LONGEST) if asked is None else asked


def _learning_rate(folder: Path, tune: str) -> float:
    from mslt_core.models import config

    if tune == "head":
        return 1e-3
    full = 2e-5 if config.hidden_size(folder) >= 512 else 3e-4
    # Hu et al. 2022, appendix D: 2e-4 to 5e-4 for RoBERTa
    return round(10 * full, 6) if tune == "lora" else full


def _require_alone(spec: TrainSpec) -> None:
    """Stored runs of earlier versions may be oracles with shots: new ones are none."""
    if spec.oracle and spec.shots:
        raise SpecError(
            f"an oracle is trained on its own language alone, got {spec.shots} examples of "
            f"{', '.join(spec.shot_langs)} beside {', '.join(spec.source_langs)}",
            hint="Leave out the shots, or the oracle.",
        )


def _require_targets(found: _Data, spec: TrainSpec) -> None:
    for lang in spec.target_langs:
        if lang not in found.targets:
            raise DataError(
                f"{found.scored.name} has no labelled test data for {lang}",
                hint=f"It has {', '.join(found.targets)}.",
            )


def _test_file(task: tasks.Task) -> str:
    """What a test file could be called: as the training files are, in whose layout it is found."""
    if isinstance(task, tasks.SplitTask):
        listed = task.files()
        for path in (p for _, split, paths, _ in listed if split == "train" for p in paths):
            if "train" in path.name:
                name = path.with_name(path.name.replace("train", "test"))
                return str(name.relative_to(task.folder))
    return "test-en.tsv"
