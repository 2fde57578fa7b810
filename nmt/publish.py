"""A run on the Hugging Face hub: all that translating and comparing need, and not the state to train on from.

A copy fetched from there is a run directory whose every checksum holds; its manifest notes that it was published, so
that nobody looks in it for a state or for other checkpoints.
"""

import re
import tempfile
import textwrap
from pathlib import Path
from typing import Any, Protocol

from nmt.corpus.lines import one_line
from nmt.errors import ConfigError, NMTError
from nmt.reports.card import CARD, card_of
from nmt.reports.evaluations import FOLDER as SCORES
from nmt.reports.record import RECORD, RunRecord
from nmt.run.files import ENDED
from nmt.storage.folder import MANIFEST, build_manifest, read_folder, read_manifest
from nmt.storage.seal import read_sealed
from nmt.storage.steps import follow, step_dir
from nmt.tokenizer.pair import TOKENIZER_FILES, TokenizerPair
from nmt.translation.shortlist import SHORTLIST_FILE, Shortlist

LONGEST_REASON = 500  # characters: some hubs answer with a whole page
# What an earlier run in the repository may have and this one not: with it, a copy would be of neither.
REPLACED = ["models/*", f"{SCORES}/*", SHORTLIST_FILE, *sorted(TOKENIZER_FILES)]


class Hub(Protocol):
    """What is used of huggingface_hub.HfApi."""

    def create_repo(self, repo_id: str, *, private: bool | None, exist_ok: bool) -> Any: ...

    def repo_info(self, repo_id: str) -> Any: ...

    def upload_folder(
        self, *, repo_id: str, folder_path: str, commit_message: str, delete_patterns: list[str]
    ) -> Any: ...


def connect() -> Hub:
    """The hub, with the token of this user. Raises ConfigError where the package or the token is missing."""
    try:
        import huggingface_hub
    except ImportError:
        raise ConfigError("nmt push needs huggingface_hub: pip install -e '.[hub]'.") from None
    if huggingface_hub.get_token() is None:
        raise ConfigError(
            "There is no token for the Hugging Face hub. Make one that may write (huggingface.co/settings/tokens), and "
            "give it to `hf auth login`, or set HF_TOKEN."
        )
    hub: Hub = huggingface_hub.HfApi()
    return hub


def check_name(repository: str) -> None:
    """Raises ConfigError for what is no name of a repository."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository, re.ASCII):
        raise ConfigError(f"{repository}: a repository is named USER/NAME, in letters, digits, '-', '_' and '.'.")


def published_files(run_dir: Path) -> dict[str, bytes]:
    """Path in the repository -> content, each file checked against its checksum.

    The card is made anew; the run stays as it is. Raises CheckpointError where the run has not ended, or was changed.
    """
    RunRecord.load(run_dir / RECORD)  # which it has once it stops
    loose = {name: read_sealed(run_dir, name) for name in read_manifest(run_dir)["files"] if name in ENDED}
    models = run_dir / "models"
    best = step_dir(models, follow(models, "best"))
    folders = [best, *(one for one in [run_dir / SCORES] if one.is_dir())]
    return {
        CARD: card_of(run_dir).encode(),
        **loose,
        MANIFEST: build_manifest(loose, {"published": best.name}),
        "models/best": (models / "best").read_bytes(),
        **_shortlist(run_dir),
        **{path: data for folder in folders for path, data in _folder_files(run_dir, folder).items()},
    }


def _shortlist(run_dir: Path) -> dict[str, bytes]:
    """Where there is one; raises CheckpointError where it was changed, or is of other tokenizers."""
    path = run_dir / SHORTLIST_FILE
    if not path.exists():
        return {}
    Shortlist.read(run_dir, TokenizerPair.load(run_dir).fingerprint())
    return {path.name: path.read_bytes()}


def _folder_files(run_dir: Path, folder: Path) -> dict[str, bytes]:
    place = folder.relative_to(run_dir).as_posix()
    files = read_folder(folder).files | {MANIFEST: (folder / MANIFEST).read_bytes()}
    return {f"{place}/{name}": data for name, data in files.items()}


def publish(run_dir: Path, repository: str, private: bool, hub: Hub) -> str:
    """Upload a run in one commit, in place of what an earlier one has left there; returns the page's address.

    Raises CheckpointError, see published_files; ConfigError for a name that is none and for a public repository that
    should be private; NMTError with what the hub says where it refuses.
    """
    check_name(repository)
    files = published_files(run_dir)
    try:
        address = str(hub.create_repo(repository, private=private or None, exist_ok=True))
        if private and not hub.repo_info(repository).private:
            raise ConfigError(
                f"{repository} is there already and public. Make it private on its page, or choose another."
            )
        with tempfile.TemporaryDirectory() as folder:
            for name, data in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            hub.upload_folder(
                repo_id=repository,
                folder_path=folder,
                commit_message=f"{run_dir.resolve().name}, from nmt push",
                delete_patterns=REPLACED,
            )
    except NMTError:
        raise
    except Exception as error:  # each of several network libraries raises classes of its own
        reason = textwrap.shorten(one_line(str(error)).rstrip(" ."), LONGEST_REASON, placeholder=" ...")
        raise NMTError(
            f"{repository}: the hub did not take the run ({type(error).__name__}: {reason}). Check the name "
            "(USER/NAME), the network, and that the token may write there; then give the same command again."
        ) from error
    return address
