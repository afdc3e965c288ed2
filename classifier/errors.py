"""What can go wrong with files, models and training, told to whoever can mend it."""

from __future__ import annotations


class InputError(Exception):
    """A file that cannot be read as a whole; the message names the file and what to do."""


class ArtifactError(Exception):
    """A model that is not there, not whole, or not readable by this version."""


class TooFewRowsError(Exception):
    """A head cannot be learnt: fewer than two labels, or no label with two rows."""
