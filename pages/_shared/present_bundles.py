"""A colleague's bundle: chosen, verified, told, and only then taken in."""

import streamlit as st

from mslt_core.pipeline import bundles
from mslt_core.spec.errors import MsltError
from mslt_core.store import Store
from pages._shared.bundle_told import all_new, is_new, would_come
from pages._shared.messages import escape, explain_errors

_READ = "bundle_read"


def bundle_box(store: Store) -> str | None:
    """Choose a file, read what is in it, take it in; the id of a story that came."""
    with st.popover("Import", type="tertiary", icon=":material/upload:"):
        uploaded = st.file_uploader(
            "A bundle of results from a colleague",
            type=["zip"],
            max_upload_size=bundles.MAX_BUNDLE_MEGABYTES,
            key=f"bundle_{st.session_state.get('bundles', 0)}",
            help="Made with “Bundle” on their Present page, or by “bundle export”. Larger ones "
            "come in with “bundle import” on the command line.",
        )
        if uploaded is None:
            return None
        with explain_errors():
            data = uploaded.getvalue()
            told, new = _read(store, uploaded.file_id, data)
            for line in told:
                st.markdown(escape(line))
            if new and st.button("Take it in", key="take_bundle", type="primary"):
                with st.spinner("Taking it in"):
                    came = bundles.take_bundle(store, data, dry_run=False)
                return _taken(came)
    return None


def tell_what_came() -> None:
    """Once, after a bundle was taken in."""
    if told := st.session_state.pop("bundle_told", ""):
        st.success(told)


def _read(store: Store, file_id: str, data: bytes) -> tuple[list[str], bool]:
    """What is told of it, and whether anything is new; verified once, not whenever it is drawn."""
    key = (str(store.root), file_id)
    of, read = st.session_state.get(_READ, (None, None))
    if of != key:
        try:
            with st.spinner("Verifying every file of it"):
                found = bundles.take_bundle(store, data, dry_run=True)
            read = would_come(found), is_new(found)
        except MsltError as e:
            read = e
        st.session_state[_READ] = (key, read)
    if isinstance(read, MsltError):
        raise read
    told, new = read
    return told, new


def _taken(came: bundles.ImportedBundle) -> str:
    """The story that came, or else the one of it that was here; a page drawn anew without one."""
    stories = came.stories
    st.session_state["bundle_told"] = f"Taken in: {escape(all_new(came))}."
    st.session_state["bundles"] = st.session_state.get("bundles", 0) + 1
    ids = (*stories.new.values(), *stories.known.values())
    if not ids:
        st.rerun()
    return ids[0]
