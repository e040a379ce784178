"""What the Train page is about to do, in one sentence."""

from mslt_core.figures import text
from mslt_core.spec.specs import OWN_TOLD
from pages._shared.context import Context
from pages._shared.messages import about, escape
from pages._shared.plan import Plan, expected_s


def told(context: Context, plan: Plan, n_targets: int) -> str:
    """The plan in one sentence."""
    names = " and ".join(plan.names)
    seeds = f"seed{'s' * (len(plan.seeds) > 1)} {', '.join(map(str, plan.seeds))}"
    seconds = expected_s(context, plan)
    other = plan.recipe.eval_task
    of_other = f" of {escape(OWN_TOLD.get(other, other))}, another data set" if other else ""
    return (
        f"**{plan.n_runs} run{'s' * (plan.n_runs > 1)}**: {escape(names)}, "
        f"{text.count(plan.recipe.budget, 'example')} each, "
        f"{text.count(plan.recipe.steps, 'step')}, {seeds}, "
        f"scored on {text.count(n_targets, 'language')}{of_other}"
        f"{f', {about(seconds)} in all' if seconds else ''}."
    )
