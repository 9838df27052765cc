"""Stages: what a run is composed of. How they are called is in running.

A stage is a plain function with a name, and becomes a Prefect task when a flow run asks
for it. Declared with Prefect's own ``@task``, a run on a laptop that calls plain
functions would still import Prefect, which takes 1.7 of the 2.7 CPU seconds that
importing all stages takes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from prefect import Task

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Stage(Generic[P, R]):
    """A function that a flow runs as a Prefect task. Calling it calls the task."""

    fn: Callable[P, R]
    """What it does, callable anywhere."""
    name: str
    """As people read it in logs, in progress and in the UI."""
    run_name: str | Callable[[], str] | None = None
    """Names each task run; with places for arguments, as ``str.format`` has them."""

    @cached_property
    def task(self) -> "Task[P, R]":
        """The task, made when it is first asked for.

        Prefect keeps no result of it: a stored result names its own serializer, and to
        hash the arguments for a key takes seconds.
        """
        from prefect import Task  # noqa: PLC0415 - see above
        from prefect.cache_policies import NO_CACHE  # noqa: PLC0415

        return Task(
            self.fn,
            name=self.name,
            task_run_name=self.run_name,
            cache_policy=NO_CACHE,
        )

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the task, in the flow run that this is called in."""
        return self.task(*args, **kwargs)


def stage(
    name: str, run_name: str | Callable[[], str] | None = None
) -> Callable[[Callable[P, R]], Stage[P, R]]:
    """Declare the function below as a stage.

    Args:
        name: Of the stage.
        run_name: Of each task run; Prefect makes one up without.
    """
    return lambda fn: Stage(fn, name, run_name)
