"""The `evenkeel` command: a thin skin over the flows.

Its words are in arguments, what they do in commands.
"""

import gc
import os
import sys
from collections.abc import Sequence

from flows.arguments import parser
from schemas.errors import EvenkeelError, UserError

EXIT_DONE, EXIT_OTHER, EXIT_USER = 0, 1, 2
_COLLECTED_AFTER = 100_000  # objects: importing makes a quarter million that stay


def program() -> None:
    """Be the whole process: as main, with less time spent on collecting garbage.

    A fifth of the time of a small run went into looking again and again through what
    had just been imported, and once more at the end.
    """
    gc.set_threshold(_COLLECTED_AFTER)
    code = main()
    gc.freeze()
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process when not given.

    Returns:
        0 published or nothing to do, 2 the user can mend it, 1 anything else.
    """
    asked = parser().parse_args(arguments)
    # Nobody who balances a file on a laptop expects to be counted; export 0 to differ.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    try:
        asked.act(asked)
    except UserError as error:
        return _fail(error, EXIT_USER)
    except EvenkeelError as error:
        return _fail(error, EXIT_OTHER)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was published", EXIT_OTHER)
    except BrokenPipeError:
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_DONE


def _fail(error: object, code: int) -> int:
    sys.stderr.write(f"evenkeel: {error}\n")
    return code


if __name__ == "__main__":
    program()
