"""Errors that a person can act on: what was wrong, the value got, what to do next."""

import errno
import os
from typing import TypeGuard


class MsltError(Exception):
    """Base of all errors that the command line and the pages show as a sentence.

    Anything else that is raised is a bug and looks like one.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class BadInputError(MsltError, ValueError):
    """The question itself cannot be asked: the command line ends with exit code 2."""


class SpecError(BadInputError):
    """A field of a spec, or two fields together, make no sense."""


class UnknownLanguageError(SpecError):
    """A language code that the registry does not know."""


class DataError(BadInputError):
    """A data file is missing, malformed or cut short; the message names file and line."""


class CheckpointError(BadInputError):
    """A checkpoint directory that may not or cannot be loaded; the message names the file."""


class BundleError(BadInputError):
    """A bundle of results that is damaged, of another version, or holds what none may hold."""


class DegenerateInputError(BadInputError):
    """A number is undefined for this input (0/0), for instance CKA of equal rows."""


class NotComputedError(MsltError):
    """The answer is not in the store yet, and the caller asked not to compute it."""


class WeightsMissingError(NotComputedError):
    """A run's scores are stored but its weights are not; they can be trained again."""


class HubError(MsltError):
    """The model hub cannot be reached or refuses."""


class StoreError(MsltError):
    """The store cannot be read or written: read-only, full, or damaged beyond its entry."""


class AlreadyRunningError(StoreError):
    """Another live process works on the same spec."""


class ExportError(MsltError):
    """A story that cannot be written in this form here, for instance without a browser."""


class TrainingError(MsltError):
    """A run that cannot go on, for instance a loss that became NaN."""


class GpuFullError(TrainingError):
    """A GPU with too little memory left."""


FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system answers when the disk, or the user's share of it, is full."""


def is_disk_full(error: BaseException) -> TypeGuard[OSError]:
    """Whether the system refused a write because the disk, or the user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in FULL


def says_disk_is_full(error: BaseException) -> bool:
    """The same of libraries that hand on the system's words alone, as safetensors does."""
    return is_disk_full(error) or any(os.strerror(number) in str(error) for number in FULL)
