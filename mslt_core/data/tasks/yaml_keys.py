"""The keys of a ``task.yaml``: nothing is taken for what its author did not write."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mslt_core.spec.errors import DataError

if TYPE_CHECKING:
    import yaml


def load_keys(path: Path, text: str) -> Mapping[str, Any]:
    """Every key and its value, as YAML has them; `path` is for messages.

    Raises
    ------
    DataError
        With the line, if it is not YAML or a key is there twice; if there are no keys, or a label
        is a word that YAML takes for true or false.
    """
    import yaml

    try:
        root = yaml.compose(text, yaml.SafeLoader)
        for key in _repeated(root):
            raise DataError(
                f"{path}, line {key.start_mark.line + 1}: the key {key.value!r} is there twice"
            )
        for label in _other_words(root):
            raise DataError(
                f"{path}, labels: YAML takes {label.value} for true or false; put it in quotes"
            )
        given = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as e:
        mark = getattr(e, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise DataError(f"{path}{where}: not YAML: {getattr(e, 'problem', None) or e}") from None
    if not isinstance(given, dict):
        raise DataError(f"{path}: must hold keys such as kind and labels, got {given!r}")
    return given


def _repeated(node: "yaml.Node | None") -> "Iterator[yaml.Node]":
    """Keys of the file, or of a value in it, that are there before; YAML would take the last."""
    import yaml

    top = node.value if isinstance(node, yaml.MappingNode) else []
    below = [value.value for _, value in top if isinstance(value, yaml.MappingNode)]
    for pairs in (top, *below):
        keys = [key for key, _ in pairs]
        names = [key.value for key in keys]
        yield from (key for i, key in enumerate(keys) if key.value in names[:i])


def _other_words(node: "yaml.Node | None") -> "Iterator[yaml.Node]":
    """Labels such as yes and no, which YAML makes true and false of."""
    import yaml

    top = node.value if isinstance(node, yaml.MappingNode) else []
    for key, labels in top:
        if key.value == "labels" and isinstance(labels, yaml.SequenceNode):
            of_bool = (one for one in labels.value if one.tag == "tag:yaml.org,2002:bool")
            yield from (one for one in of_bool if one.value not in {"true", "false"})
