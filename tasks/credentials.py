"""Credentials that a config names: a block of Prefect's, read in each process anew.

Only its name travels, in parameters and to workers; what it holds is in no result, no
log and no file. What a place is reached with is decided in storage.grants.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from threading import Lock
from typing import Any, TypeVar, cast

from schemas.config import BalanceConfig
from schemas.errors import TransientError, UserError
from tasks.environment import api_is_configured
from tasks.stage import Stage
from tasks.storage.addresses import Address, address
from tasks.storage.grants import Credentials, Grants, granted, granting
from tasks.storage.location import locate

_KIND = "secret/"
_KEPT = 300.0  # seconds, for each shard of a run would ask the server
_WILD = "*["

R = TypeVar("R")
Work = TypeVar("Work", bound=Callable[..., Any])
Named = tuple[tuple[str, str | None], ...]
"""URIs of folders, and the block for each; None: the environment."""

_loaded: dict[str, tuple[float, Credentials]] = {}
_loading = Lock()


@contextmanager
def entrusted(config: BalanceConfig) -> Iterator[None]:
    """Have source and output reached with the blocks that the config names.

    Args:
        config: Of the dataset that is worked on in the body.

    Raises:
        UserError: A block is not there, holds something else, or no Prefect API can be
            asked for it; or one folder is to be reached in two ways.
        TransientError: The API does not answer.
    """
    with granting(_grants(_named(config))):
        yield


def with_credentials(work: Work) -> Work:
    """Have all that a function does reach what its config names credentials for.

    Args:
        work: Takes the config first.

    Returns:
        The same, inside of ``entrusted``.
    """

    @wraps(work)
    def entrusted_work(config: BalanceConfig, *args: Any, **named: Any) -> Any:  # noqa: ANN401 - the work's own
        with entrusted(config):
            return work(config, *args, **named)

    return cast("Work", entrusted_work)


def with_grants(stage: Stage[..., R]) -> Stage[..., R]:
    """Let a stage reach what may be reached here, in whichever process it runs.

    Args:
        stage: Takes and gives what can be stored.

    Returns:
        The stage itself where nothing is granted; else one that reads the blocks
        where it runs.
    """
    named = tuple((at, found.name if found else None) for at, found in granted())
    if not any(name for _, name in named):
        return stage
    work = stage.fn

    @wraps(work)
    def with_blocks(*args: Any) -> R:  # noqa: ANN401 - the stage's own
        with granting(_grants(named)):
            return work(*args)

    return replace(stage, fn=with_blocks)


def _named(config: BalanceConfig) -> Named:
    """Name the block for each place that is in a bucket, the source's folder too."""
    if config.source_credentials is None and config.output_credentials is None:
        return ()
    found: dict[str, str | None] = {}
    if place := address(locate(config.source).path):
        fixed = _fixed(place)
        above = fixed._replace(key=fixed.key.rpartition("/")[0])  # a file lies in it
        found = dict.fromkeys((above.uri, fixed.uri), config.source_credentials)
    if output := address(locate(config.output).path):
        block = config.output_credentials
        if found.setdefault(output.uri, block) != block:
            raise UserError(
                f"{output.uri!r} holds both source and output, which the config gives "
                "different credentials. Give them the same, or an output elsewhere."
            )
    return tuple(found.items())


def _fixed(place: Address) -> Address:
    """Cut at the first segment with a wildcard."""
    segments = place.key.split("/")
    wild = [at for at, part in enumerate(segments) if any(c in part for c in _WILD)]
    return place._replace(key="/".join(segments[: wild[0]] if wild else segments))


def _grants(named: Named) -> Grants:
    return tuple((place, _credentials(name) if name else None) for place, name in named)


def _credentials(name: str) -> Credentials:
    """Read a block, once in a while."""
    with _loading:
        until, found = _loaded.get(name, (0.0, None))
        if found is None or time.monotonic() >= until:
            found = Credentials(name, _values(name, _read(name)))
            _loaded[name] = time.monotonic() + _KEPT, found
        return found


def _read(name: str) -> object:
    # Seconds to import, and most runs name no block.
    import httpx  # noqa: PLC0415
    from prefect.blocks.system import Secret  # noqa: PLC0415
    from prefect.context import FlowRunContext, TaskRunContext  # noqa: PLC0415
    from prefect.exceptions import PrefectHTTPStatusError  # noqa: PLC0415

    inside = FlowRunContext.get() or TaskRunContext.get()
    if not inside and not api_is_configured():
        raise UserError(
            f"The credentials {name!r} are a block of Prefect's, and there is no "
            "Prefect API to ask for it. Set PREFECT_API_URL, or leave the block out "
            "and give credentials in the environment."
        )
    try:
        # Prefect types what its sync wrappers return as a coroutine too.
        block = cast("Secret[Any]", Secret.load(name.removeprefix(_KIND)))
        return block.get()
    except ValueError:
        raise UserError(
            f"There is no block {name!r} of the type Secret that can be read. Make one "
            "in the UI under Blocks, or correct the name."
        ) from None
    except (httpx.TransportError, PrefectHTTPStatusError) as error:
        raise TransientError(
            f"Prefect's API does not give the block {name!r}: {type(error).__name__}."
        ) from None


def _values(name: str, held: object) -> tuple[tuple[str, str], ...]:
    """Take a record of texts; what it is instead is not shown, for it is a secret."""
    if (
        isinstance(held, dict)
        and held
        and all(isinstance(v, str) for v in held.values())
    ):
        return tuple(sorted((str(key), value) for key, value in held.items()))
    raise UserError(
        f"The block {name!r} holds no JSON record of texts. Write it as "
        '{"AWS_ACCESS_KEY_ID": "...", "AWS_SECRET_ACCESS_KEY": "..."}.'
    )
