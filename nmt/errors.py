"""What people can cause, said in one sentence.

NMTError
├── ConfigError      a recipe or an override
├── DataError        a text file
├── CheckpointError  a run directory
│   └── DamagedError what is there is not what was written
├── DiskError        a disk that is full or fails
├── ExportError      a model that another engine cannot run, or runs differently
└── NotFiniteError   a model whose probabilities are no numbers

A message names where, the rule, the value found and the remedy. The command line prints it without a traceback and
exits with status 2; anything else that is raised is a bug.
"""


class NMTError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigError(NMTError):
    """A recipe or an override breaks a rule."""


class DataError(NMTError):
    """A text file is missing, malformed or does not fit its partner."""


class CheckpointError(NMTError):
    """A run directory is missing, incomplete, changed or of another format."""


class DamagedError(CheckpointError):
    """Something in a run directory is missing or was changed; reading it again will not help."""


class DiskError(NMTError):
    """Something could not be written."""


class ExportError(NMTError):
    """Another engine has no such model, or does not translate as ours does."""


class NotFiniteError(NMTError):
    """A model gives no probabilities: its weights, or what it computes with them, are not finite."""
