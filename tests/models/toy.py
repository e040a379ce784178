"""What the tests of fine-tuning ask for, where they ask for nothing else."""

from mslt_core.spec.specs import TrainSpec

SPEC = TrainSpec(
    task="toy",
    data="d",
    model="tiny",
    model_fingerprint="m",
    source_langs=("en",),
    target_langs=("en",),
    budget=8,
    steps=2,
    batch_size=8,
    learning_rate=1e-3,
    max_length=64,
    group_by_length=False,
)
