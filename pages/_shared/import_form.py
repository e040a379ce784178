"""Results made elsewhere: chosen, read, shown, and only then kept."""

from collections.abc import Sequence

import streamlit as st

from mslt_core import pipeline
from mslt_core.pipeline import OutsideGroup
from pages._shared.context import Context
from pages._shared.import_fields import experiment, said_of
from pages._shared.imported_told import read
from pages._shared.messages import escape, explain_errors

FORMS = {
    "csv": "Table of scores",
    "lm-eval": "lm-evaluation-harness",
    "trainer": "Predictions of a Trainer",
}
HELD = {
    "csv": "A CSV or TSV file with the columns name or source_langs (de+en), seed, target_lang, "
    "metric, score and, if you know it, n_items. A metric is accuracy (of words), item_accuracy, "
    "span_f1, macro_f1, answer_f1 or exact_match.",
    "lm-eval": "results_DATE.json and, with --log_samples, samples_TASK_DATE.jsonl beside it: then "
    "results are compared item by item.",
    "trainer": "CSV, TSV or JSON Lines with the columns lang, id, gold and predicted, an item a "
    "row; in JSON Lines gold and predicted may be lists, a label a word.",
}


def import_form(context: Context, groups: Sequence[OutsideGroup]) -> None:
    """Files, what they are, a preview with every error, and the button that keeps them."""
    if told := st.session_state.pop("import_told", ""):
        st.success(told)
    if context.store.read_only:
        st.caption("This store is read-only. Choose your own in the sidebar to import into it.")
        return
    st.fragment(_form)(context, groups)


def _form(context: Context, groups: Sequence[OutsideGroup]) -> None:
    form = st.segmented_control(
        "What it is",
        list(FORMS),
        default="csv",
        required=True,
        format_func=lambda name: FORMS[name],
        key="import_form",
    )
    st.caption(HELD[form])
    uploaded = st.file_uploader(
        "Files",
        type=["csv", "tsv", "json", "jsonl"],
        accept_multiple_files=True,
        max_upload_size=pipeline.MAX_MEGABYTES,
        key=f"import_files_{st.session_state.get('imports', 0)}",
    )
    said = said_of(form)
    place = experiment(context, groups)
    if not uploaded:
        return
    files = {file.name: file.getvalue() for file in uploaded}
    with explain_errors():
        results = pipeline.read_uploaded(files, form, **said)
        st.dataframe(read(results), hide_index=True, width="stretch")
        missing = [name for name, value in place.items() if not value]
        if missing:
            st.caption(f"Still needed: {' and '.join(missing)}.")
        n = len(results)
        if st.button(f"Import {n} result{'s' * (n != 1)}", type="primary", disabled=bool(missing)):
            new = pipeline.import_uploaded(context.store, results, files, form, **place)
            _kept(len(new), n - len(new), place["experiment"])


def _kept(n_new: int, n_known: int, name: str) -> None:
    """Say it, forget the files, and draw the page with the new results on it."""
    known = f", {n_known} were here already" if n_known else ""
    st.session_state["import_told"] = f"{n_new} imported under {escape(name)}{known}."
    st.session_state["imports"] = st.session_state.get("imports", 0) + 1
    st.session_state["import_shown"] = name
    st.rerun()
