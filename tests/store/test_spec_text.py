"""Specs as text: read again as what was written, and only short ones kept in memory."""

import pytest

from mslt_core.store import spec_text
from mslt_core.store.atomic import DamagedError
from tests.store.bundles import run_spec


def test_what_was_written_is_read_and_nothing_else():
    text = spec_text.spec_to_text(run_spec())
    assert spec_text.spec_from_text(text, run_spec().digest()) == run_spec()
    with pytest.raises(DamagedError, match="it was edited, renamed"):
        spec_text.spec_from_text(text, run_spec(seed=1).digest())


def test_a_long_text_is_read_but_not_kept():
    spec = run_spec(seed=77)
    text = spec_text.spec_to_text(spec)
    padded = text + " " * spec_text.MAX_KEPT  # as a bundle may hold thousands of
    before = spec_text._kept.cache_info()
    assert spec_text.spec_from_text(padded, spec.digest()) == spec
    assert spec_text._kept.cache_info() == before
    assert spec_text.spec_from_text(text, spec.digest()) == spec
    assert spec_text._kept.cache_info().misses == before.misses + 1
