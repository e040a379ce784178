"""Questions to answers through the store. Importing it loads neither torch nor transformers."""

from mslt_core.analysis.map_trust import Stability
from mslt_core.pipeline import bundles, health, stories
from mslt_core.pipeline.by_pretraining import sets_by_pretraining, targets_by_pretraining
from mslt_core.pipeline.chance import by_chance, chance_curves, layers_by_chance
from mslt_core.pipeline.checkpoints import (
    checkpoint,
    find_run,
    model_folder,
    require_run,
    snapshots,
)
from mslt_core.pipeline.choosing import (
    COMPARED,
    choosing_stamp,
    compare,
    execute_language_vectors,
    is_heuristic,
    language_map,
    random_sets,
    select,
    selectable_langs,
)
from mslt_core.pipeline.closeness import geometry, one_a_set
from mslt_core.pipeline.comparing import gains, gains_over, run_result, zero_shot_means
from mslt_core.pipeline.corpora import EXAMPLE_CORPUS, open_corpus
from mslt_core.pipeline.coverage import data_coverage
from mslt_core.pipeline.embedding import (
    Layers,
    Question,
    Report,
    embed_layers,
    embeddings,
    joined_rows,
    layer_of,
    layer_rows,
    layers_of,
    n_truncated,
    quiet,
    relative_depth,
)
from mslt_core.pipeline.experiment_labels import experiment_label, experiment_labels, run_labels
from mslt_core.pipeline.explaining import explain
from mslt_core.pipeline.fetching import execute_fetching, fetch, fetchable, is_fetched
from mslt_core.pipeline.findings import change_asked, next_step, space_change
from mslt_core.pipeline.frames import (
    Cost,
    execute_frames,
    frames_cost,
    layer_frames,
    map_seconds,
)
from mslt_core.pipeline.gaps import SetGap, set_gap, set_gaps
from mslt_core.pipeline.grouping import (
    alike,
    comparable,
    experiment_key,
    experiments,
    group_key,
    paired,
    run_groups,
    seeds_differ,
    zero_shot,
)
from mslt_core.pipeline.ingredients import Access
from mslt_core.pipeline.item_text import (
    ITEM_COLUMNS,
    answer_text,
    gold_text,
    item_labels,
    item_table,
    marks,
    tags_entities,
    worth_told,
)
from mslt_core.pipeline.items import compare_items, item_seeds, select_items
from mslt_core.pipeline.judging import judge_criteria
from mslt_core.pipeline.learnt import nothing_learnt
from mslt_core.pipeline.looking import look_stamp
from mslt_core.pipeline.map_checks import (
    Clusters,
    checkpoint_mixing,
    execute_clusters,
    execute_stability,
    map_clusters,
    map_stabilities,
)
from mslt_core.pipeline.maps import k_trust, map_verdict, mixing_told, sentence_map
from mslt_core.pipeline.measured import (
    Measures,
    collapsed,
    difference,
    dominated_layers,
    layer_curves,
    pair_matrices,
    pairs_there,
)
from mslt_core.pipeline.measuring import execute_measuring, measure
from mslt_core.pipeline.mechanism import mechanism
from mslt_core.pipeline.mingling import cka, execute_mingling, mingle
from mslt_core.pipeline.moved import moved_curves, moved_languages
from mslt_core.pipeline.offers import (
    BUDGET,
    LOOK_LANGS,
    TaskOffer,
    corpus_langs,
    data_help,
    data_stamp,
    first_look,
    has_words,
    needs_folder,
    task_offer,
    task_titles,
)
from mslt_core.pipeline.oracles import oracle_scores
from mslt_core.pipeline.outside import (
    OutsideGroup,
    import_outside,
    outside_groups,
    read_outside,
)
from mslt_core.pipeline.outside_gains import infos, outside_gains, shared_targets, shown_name
from mslt_core.pipeline.own_base import base_of
from mslt_core.pipeline.paper import applies_to, paper_overlay, writing_system_scores
from mslt_core.pipeline.parts import MEASURED
from mslt_core.pipeline.places import (
    EXAMPLE,
    EXAMPLE_MODEL,
    PROJECT,
    allowed_roots,
    existing_folder,
    open_store,
)
from mslt_core.pipeline.ranking import ranking
from mslt_core.pipeline.recipes import (
    default_steps,
    expected_shares,
    make_train_spec,
    realised,
    unusual,
    usual_learning_rate,
)
from mslt_core.pipeline.recurring import TOP, recurring
from mslt_core.pipeline.searching import (
    LUCK,
    MODEL,
    luck_reaches,
    propose,
    search_curves,
    too_few_sets,
)
from mslt_core.pipeline.set_ends import best_and_worst
from mslt_core.pipeline.shifts import at_chance, corpus_notes, corpus_told, misaligned
from mslt_core.pipeline.similarity import most_and_least_similar
from mslt_core.pipeline.sisters import sizes_of_sisters
from mslt_core.pipeline.sizes import by_scripts, by_size
from mslt_core.pipeline.swept import Swept, swept
from mslt_core.pipeline.tables import as_csv, as_latex, rows_as_csv
from mslt_core.pipeline.target_groups import gains_by_group
from mslt_core.pipeline.training import (
    assist_training,
    check_batches,
    check_data,
    execute_training,
    untracked,
)
from mslt_core.pipeline.training_courses import (
    courses,
    kept_on_the_way,
    over_training,
    score_courses,
    steps_of,
)
from mslt_core.pipeline.uploads import MAX_MEGABYTES, import_uploaded, read_uploaded
from mslt_core.pipeline.words import WordRows, word_rows
from mslt_core.spec.evidence import MIN_SEEDS, Average

__all__ = [
    "BUDGET",
    "COMPARED",
    "EXAMPLE",
    "EXAMPLE_CORPUS",
    "EXAMPLE_MODEL",
    "ITEM_COLUMNS",
    "LOOK_LANGS",
    "LUCK",
    "MAX_MEGABYTES",
    "MEASURED",
    "MIN_SEEDS",
    "MODEL",
    "PROJECT",
    "TOP",
    "Access",
    "Average",
    "Clusters",
    "Cost",
    "Layers",
    "Measures",
    "OutsideGroup",
    "Question",
    "Report",
    "SetGap",
    "Stability",
    "Swept",
    "TaskOffer",
    "WordRows",
    "alike",
    "allowed_roots",
    "answer_text",
    "applies_to",
    "as_csv",
    "as_latex",
    "assist_training",
    "at_chance",
    "base_of",
    "best_and_worst",
    "bundles",
    "by_chance",
    "by_scripts",
    "by_size",
    "chance_curves",
    "change_asked",
    "check_batches",
    "check_data",
    "checkpoint",
    "checkpoint_mixing",
    "choosing_stamp",
    "cka",
    "collapsed",
    "comparable",
    "compare",
    "compare_items",
    "corpus_langs",
    "corpus_notes",
    "corpus_told",
    "courses",
    "data_coverage",
    "data_help",
    "data_stamp",
    "default_steps",
    "difference",
    "dominated_layers",
    "embed_layers",
    "embeddings",
    "execute_clusters",
    "execute_fetching",
    "execute_frames",
    "execute_language_vectors",
    "execute_measuring",
    "execute_mingling",
    "execute_stability",
    "execute_training",
    "existing_folder",
    "expected_shares",
    "experiment_key",
    "experiment_label",
    "experiment_labels",
    "experiments",
    "explain",
    "fetch",
    "fetchable",
    "find_run",
    "first_look",
    "frames_cost",
    "gains",
    "gains_by_group",
    "gains_over",
    "geometry",
    "gold_text",
    "group_key",
    "has_words",
    "health",
    "import_outside",
    "import_uploaded",
    "infos",
    "is_fetched",
    "is_heuristic",
    "item_labels",
    "item_seeds",
    "item_table",
    "joined_rows",
    "judge_criteria",
    "k_trust",
    "kept_on_the_way",
    "language_map",
    "layer_curves",
    "layer_frames",
    "layer_of",
    "layer_rows",
    "layers_by_chance",
    "layers_of",
    "look_stamp",
    "luck_reaches",
    "make_train_spec",
    "map_clusters",
    "map_seconds",
    "map_stabilities",
    "map_verdict",
    "marks",
    "measure",
    "mechanism",
    "mingle",
    "misaligned",
    "mixing_told",
    "model_folder",
    "most_and_least_similar",
    "moved_curves",
    "moved_languages",
    "n_truncated",
    "needs_folder",
    "next_step",
    "nothing_learnt",
    "one_a_set",
    "open_corpus",
    "open_store",
    "oracle_scores",
    "outside_gains",
    "outside_groups",
    "over_training",
    "pair_matrices",
    "paired",
    "pairs_there",
    "paper_overlay",
    "propose",
    "quiet",
    "random_sets",
    "ranking",
    "read_outside",
    "read_uploaded",
    "realised",
    "recurring",
    "relative_depth",
    "require_run",
    "rows_as_csv",
    "run_groups",
    "run_labels",
    "run_result",
    "score_courses",
    "search_curves",
    "seeds_differ",
    "select",
    "select_items",
    "selectable_langs",
    "sentence_map",
    "set_gap",
    "set_gaps",
    "sets_by_pretraining",
    "shared_targets",
    "shown_name",
    "sizes_of_sisters",
    "snapshots",
    "space_change",
    "steps_of",
    "stories",
    "swept",
    "tags_entities",
    "targets_by_pretraining",
    "task_offer",
    "task_titles",
    "too_few_sets",
    "untracked",
    "unusual",
    "usual_learning_rate",
    "word_rows",
    "worth_told",
    "writing_system_scores",
    "zero_shot",
    "zero_shot_means",
]
