"""Arrays come back as they went in, or not at all."""

import numpy as np
import pytest

from mslt_core.store.atomic import DamagedError
from mslt_core.store.tensors import read_tensors, write_tensors

SQUARE = np.arange(12.0).reshape(3, 4)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.safetensors"


@pytest.mark.parametrize(
    "array",
    [
        SQUARE.astype(np.float32),
        SQUARE.T,
        SQUARE[::2, 1:],
        SQUARE.astype(">f8"),
        np.array([3, 1, 2], dtype=np.uint8),
        np.array([True, False]),
        np.array(0.5),
        np.empty((0, 5), dtype=np.int64),
    ],
    ids=["float32", "transposed", "sliced", "big-endian", "uint8", "bool", "scalar", "empty"],
)
def test_round_trip(path, array):
    write_tensors(path, {"x": array, "y": SQUARE}, {"spec": "why"})
    arrays, metadata = read_tensors(path)
    np.testing.assert_array_equal(arrays["x"], array)
    assert arrays["x"].dtype == array.dtype.newbyteorder("<")
    assert arrays["x"].shape == array.shape
    assert arrays["x"].flags.writeable
    assert list(metadata.items()) == [("spec", "why")]


def test_a_flipped_bit_in_any_byte_is_noticed(path):
    write_tensors(path, {"x": SQUARE[:1].astype(np.float32)}, {"spec": "why"})
    whole = path.read_bytes()
    unnoticed = []
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        try:
            read_tensors(path)
            unnoticed.append(place)
        except DamagedError:
            pass
    assert unnoticed == []


def test_every_shortened_file_is_noticed(path):
    write_tensors(path, {"x": SQUARE}, {})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError):
            read_tensors(path)


def test_a_missing_file_is_no_damage(path):
    with pytest.raises(FileNotFoundError):
        read_tensors(path)
