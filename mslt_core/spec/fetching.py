"""The question of a model on the hub that is to be here."""

from pydantic import Field

from mslt_core.spec.base import Spec


class FetchSpec(Spec):
    """Fetch a model from the hub into its local cache."""

    model: str = Field(description="namespace/name, or namespace/name@revision")
