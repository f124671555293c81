"""Owns stderr and the exit status: one line for each thing that went wrong, never a traceback.

Exit status: 0 PROVEN or yes; 1 FAILED or no; 2 wrong usage or bad input; 3 waiting, unreachable, timed out; 4 refused;
5 UNPROVEN; 70 a fault of our own; 128 + number after a signal; 141 the reader of our output left.
"""

import logging
import os
import sys
from types import TracebackType

import click

from radiusbridge.domain.errors import RadiusbridgeError, exit_status
from radiusbridge.domain.text import beside, safe

PROGRAM = "radiusbridge"
COMPLETE = "_RADIUSBRIDGE_COMPLETE"
"""Set by a shell that completes a line."""
USAGE = 2
INTERNAL = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


def guarded(arguments: list[str]) -> int:
    """Run a verb and turn whatever it raises into one line and an exit status."""
    _log_in_lines()
    try:
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except RadiusbridgeError as error:
        complain(error)
        return exit_status(error)
    except click.ClickException as error:
        return _usage(error)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except Exception as error:
        return _crashed(error)


def _run(arguments: list[str]) -> int:
    """Without click's own main, which would answer a broken pipe with status 1."""
    from radiusbridge.cli.root import root

    if COMPLETE in os.environ:
        root.main(args=arguments, prog_name=PROGRAM, complete_var=COMPLETE)
    with root.make_context(PROGRAM, arguments) as context:
        status = root.invoke(context)
    return status if isinstance(status, int) else 0


def talk(text: str) -> None:
    """Say something beside the data. The text is made safe line by line by whoever builds it."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def complain(error: RadiusbridgeError) -> None:
    """`radiusbridge: TARGET: summary; hint`."""
    talk(f"{PROGRAM}: {safe(error.line(), 600)}")


def note(target: str, text: str) -> None:
    """`radiusbridge: TARGET: text`, for what is worth knowing and no error. An error within it does not name the target
    again."""
    where = f"{safe(target, 120)}: " if target else ""
    told = beside(target, text).replace(f": {target}: ", ": ", 1) if target else text
    talk(f"{PROGRAM}: {where}{safe(told, 600)}")


def _usage(error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else PROGRAM
    where = path.removeprefix(PROGRAM).strip()
    message = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and isinstance(error.ctx.command, click.Group):
        message = f"a verb is needed: {', '.join(error.ctx.command.list_commands(error.ctx))}"
    note(where, f"{message}; see: {path} --help")
    return USAGE


def _drop_output() -> None:
    """Nobody reads stdout any more; what is left in its buffer must not raise when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)


def _crashed(error: Exception) -> int:
    from radiusbridge.cli.crash import write_report

    report = write_report(error)
    where = f"; the report is in {report}" if report else ""
    note("", f"internal error: {type(error).__name__}{where}; this is a fault of the program, please report it")
    return INTERNAL


class _Lines(logging.Handler):
    """Log records as single lines; what a record carries of a traceback stays out of the terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        kind = record.exc_info[0] if record.exc_info else None
        suffix = f": {kind.__name__}" if kind else ""
        note("", f"{record.levelname.lower()}: {record.getMessage().splitlines()[0]}{suffix}")


def _log_in_lines() -> None:
    logger = logging.getLogger()
    if not any(isinstance(handler, _Lines) for handler in logger.handlers):
        logger.addHandler(_Lines(logging.WARNING))
    sys.excepthook = _last_resort


def _last_resort(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    note("", f"internal error: {type(error).__name__}")
