"""Questions to answers through the store. Importing it loads neither torch nor transformers."""

from mslt_core.pipeline import health
from mslt_core.pipeline.checkpoints import checkpoint, find_run, model_folder, require_run
from mslt_core.pipeline.choosing import select
from mslt_core.pipeline.comparing import (
    MIN_SEEDS,
    experiment_key,
    gains,
    group_key,
    run_groups,
    run_result,
    zero_shot_means,
)
from mslt_core.pipeline.embedding import (
    EXAMPLE_CORPUS,
    Question,
    Report,
    embeddings,
    joined_rows,
    n_truncated,
    open_corpus,
    quiet,
)
from mslt_core.pipeline.mingling import cka, execute_mingling, look_stamp, mingle, sentence_map
from mslt_core.pipeline.offers import (
    BUDGET,
    LOOK_LANGS,
    TaskOffer,
    corpus_langs,
    needs_folder,
    selectable_langs,
    task_offer,
    task_titles,
)
from mslt_core.pipeline.places import (
    EXAMPLE,
    EXAMPLE_MODEL,
    PROJECT,
    allowed_roots,
    existing_folder,
    open_store,
)
from mslt_core.pipeline.training import check_data, default_steps, execute_training, make_train_spec

__all__ = [
    "BUDGET",
    "EXAMPLE",
    "EXAMPLE_CORPUS",
    "EXAMPLE_MODEL",
    "LOOK_LANGS",
    "MIN_SEEDS",
    "PROJECT",
    "Question",
    "Report",
    "TaskOffer",
    "allowed_roots",
    "check_data",
    "checkpoint",
    "cka",
    "corpus_langs",
    "default_steps",
    "embeddings",
    "execute_mingling",
    "execute_training",
    "existing_folder",
    "experiment_key",
    "find_run",
    "gains",
    "group_key",
    "health",
    "joined_rows",
    "look_stamp",
    "make_train_spec",
    "mingle",
    "model_folder",
    "n_truncated",
    "needs_folder",
    "open_corpus",
    "open_store",
    "quiet",
    "require_run",
    "run_groups",
    "run_result",
    "select",
    "selectable_langs",
    "sentence_map",
    "task_offer",
    "task_titles",
    "zero_shot_means",
]
