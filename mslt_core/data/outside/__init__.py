"""Readers of results that other programs wrote: every row of a file, or an error with its line."""

from mslt_core.data.outside.lm_eval import read_lm_eval
from mslt_core.data.outside.scores import Unit, read_scores
from mslt_core.data.outside.trainer import read_predictions

__all__ = ["Unit", "read_lm_eval", "read_predictions", "read_scores"]
