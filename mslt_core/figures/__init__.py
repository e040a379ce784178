"""Answers to Plotly figures: pure functions, one theme each, with alternative text."""

from mslt_core.figures.agreement import criteria_correlations
from mslt_core.figures.atlas import distance_map
from mslt_core.figures.bump import criteria_bump
from mslt_core.figures.by_pretraining import rho_told, score_by_pretraining
from mslt_core.figures.by_size import scores_by_size
from mslt_core.figures.coverage import coverage_grid
from mslt_core.figures.curves import training_curves
from mslt_core.figures.distances import distance_heatmap
from mslt_core.figures.distribution import set_distribution
from mslt_core.figures.enlarged import enlarged
from mslt_core.figures.gains import target_gains
from mslt_core.figures.gaps import transfer_gaps
from mslt_core.figures.grid import sweep_grid
from mslt_core.figures.heatmaps import pair_heatmaps
from mslt_core.figures.item_agreement import item_agreement
from mslt_core.figures.judged import criteria_picks, search_regret, strategy_name
from mslt_core.figures.layers import layer_curves
from mslt_core.figures.learning import Curve, learning_curves
from mslt_core.figures.maps import language_maps, maps_rest_on, maps_told
from mslt_core.figures.markers import Category, Grouping, language_order
from mslt_core.figures.mechanism import closeness_against_score
from mslt_core.figures.moved import moved_languages
from mslt_core.figures.numbers import numbers_of, words_of
from mslt_core.figures.over_training import over_training
from mslt_core.figures.pairs import contributions
from mslt_core.figures.recurring import recurring_languages
from mslt_core.figures.scores import target_scores
from mslt_core.figures.scripts import scores_by_scripts
from mslt_core.figures.set_ends import set_ends
from mslt_core.figures.set_targets import set_target_grid
from mslt_core.figures.sets import ranked_sets
from mslt_core.figures.similarity import similarity_contrasts
from mslt_core.figures.slopes import target_slopes
from mslt_core.figures.sparks import fewer_named, spark_gain, spark_mixing, spark_sets
from mslt_core.figures.style import PALETTES, Theme, alt_text, set_colours
from mslt_core.figures.target_groups import group_gains
from mslt_core.figures.text import count, layers, p_told, p_value, taken
from mslt_core.figures.ties import best_sets

__all__ = [
    "PALETTES",
    "Category",
    "Curve",
    "Grouping",
    "Theme",
    "alt_text",
    "best_sets",
    "closeness_against_score",
    "contributions",
    "count",
    "coverage_grid",
    "criteria_bump",
    "criteria_correlations",
    "criteria_picks",
    "distance_heatmap",
    "distance_map",
    "enlarged",
    "fewer_named",
    "group_gains",
    "item_agreement",
    "language_maps",
    "language_order",
    "layer_curves",
    "layers",
    "learning_curves",
    "maps_rest_on",
    "maps_told",
    "moved_languages",
    "numbers_of",
    "over_training",
    "p_told",
    "p_value",
    "pair_heatmaps",
    "ranked_sets",
    "recurring_languages",
    "rho_told",
    "score_by_pretraining",
    "scores_by_scripts",
    "scores_by_size",
    "search_regret",
    "set_colours",
    "set_distribution",
    "set_ends",
    "set_target_grid",
    "similarity_contrasts",
    "spark_gain",
    "spark_mixing",
    "spark_sets",
    "strategy_name",
    "sweep_grid",
    "taken",
    "target_gains",
    "target_scores",
    "target_slopes",
    "training_curves",
    "transfer_gaps",
    "words_of",
]
