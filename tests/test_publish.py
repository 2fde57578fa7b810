"""Publishing a run, to a hub that is a folder: no network is used."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.utils import filter_repo_objects
from typer.testing import CliRunner

import nmt
from nmt import publish as publish_module
from nmt.cli.main import app
from nmt.errors import CheckpointError, ConfigError, NMTError
from nmt.experiment import Experiment
from nmt.metrics import Score
from nmt.publish import connect, publish, published_files
from nmt.reports.evaluations import Evaluation, note_evaluation
from nmt.run.verify import problems
from nmt.tokenizer.pair import TokenizerPair
from nmt.translation.shortlist import learn
from tests.tiny import run

LINES = ["der Hund sieht den Baum.", "ein Vogel malt ein Haus."]


class FolderHub:
    """Plays huggingface_hub.HfApi: each repository is a folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.private, self.commits = root, dict[str, bool](), list[str]()

    def create_repo(self, repo_id: str, *, private: bool | None, exist_ok: bool) -> str:
        assert exist_ok
        (self.root / repo_id).mkdir(parents=True, exist_ok=True)
        self.private.setdefault(repo_id, bool(private))
        return f"https://hub/{repo_id}"

    def repo_info(self, repo_id: str) -> SimpleNamespace:
        return SimpleNamespace(private=self.private[repo_id])

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str, delete_patterns: list[str]) -> None:
        repository = self.root / repo_id
        there = [path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file()]
        for name in filter_repo_objects(there, allow_patterns=delete_patterns):
            (repository / name).unlink()
        for place in sorted(repository.rglob("*"), reverse=True):  # git keeps no empty folder
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()
        shutil.copytree(folder_path, repository, dirs_exist_ok=True)
        self.commits.append(commit_message)


@pytest.fixture
def hub(tmp_path: Path) -> FolderHub:
    return FolderHub(tmp_path / "hub")


@pytest.fixture
def trained(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of a trained run, with scores."""
    run = Path(shutil.copytree(tiny_run, tmp_path / "runs" / "tiny"))
    scores = (Score("BLEU", 12.5, "tok:13a", 10.0, 15.0),)
    note_evaluation(run, Evaluation("t.de", "t.en", "a", "b", 6, {"method": "beam", "beam": 5}, 1.0, scores))
    return run


def make_shortlist(run: Path) -> bytes:
    """Gives a run a shortlist; what its file holds."""
    tokenizers = TokenizerPair.load(run)
    learn([([4], [4])], tokenizers.source.vocab_size, tokenizers.target.vocab_size).write(run, tokenizers.fingerprint())
    return (run / "shortlist.safetensors").read_bytes()


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_copy_of_what_was_published_translates_as_the_run_does(trained: Path, hub: FolderHub, tmp_path: Path) -> None:
    assert publish(trained, "me/tiny", private=False, hub=hub) == "https://hub/me/tiny"
    copy = Path(shutil.copytree(hub.root / "me/tiny", tmp_path / "copy"))
    expected = [translation.text for translation in nmt.load(trained).translate(LINES)]
    assert [translation.text for translation in nmt.load(copy).translate(LINES)] == expected
    assert problems(copy) == []
    assert "12\\.50" in (copy / "README.md").read_text(encoding="utf-8")


def test_weights_tokenizer_recipe_and_card_are_published_and_the_state_is_not(trained: Path, hub: FolderHub) -> None:
    publish(trained, "me/tiny", private=False, hub=hub)
    assert "shortlist.safetensors" not in published_files(trained)
    content = make_shortlist(trained)
    assert published_files(trained)["shortlist.safetensors"] == content
    step = f"models/{(trained / 'models' / 'best').read_text(encoding='ascii').split()[0]}"
    assert names(hub.root / "me/tiny") == {
        *("README.md", "manifest.json", "experiment.toml", "tokenizer.model", "record.json", "metrics.jsonl"),
        *(f"{step}/{name}" for name in ("model.safetensors", "model.json", "manifest.json")),
        *("models/best", "scores/scores.json", "scores/manifest.json"),
    }


def test_what_an_earlier_model_has_left_goes(trained: Path, hub: FolderHub) -> None:
    publish(trained, "me/tiny", private=False, hub=hub)
    repository = hub.root / "me/tiny"
    (repository / "models" / "step-1").mkdir()
    (repository / "models" / "step-1" / "model.json").write_text("{}", encoding="utf-8")
    (repository / ".gitattributes").write_text("", encoding="utf-8")
    publish(trained, "me/tiny", private=False, hub=hub)
    assert "models/step-1/model.json" not in names(repository)
    assert ".gitattributes" in names(repository)
    assert hub.commits == ["tiny, from nmt push"] * 2


@pytest.mark.parametrize("first_joint", [True, False])
def test_a_run_with_other_tokenizer_files_takes_the_place_of_an_earlier_one(
    trained: Path, first_joint: bool, hub: FolderHub, tmp_path: Path, tiny_experiment: Callable[..., Experiment]
) -> None:
    run(
        tiny_experiment(tmp_path / "text", tokenizer__joint=False, model__share_embeddings="none"),
        tmp_path / "separate",
    )
    runs = [trained, tmp_path / "separate"] if first_joint else [tmp_path / "separate", trained]
    for one in runs:
        publish(one, "me/tiny", private=False, hub=hub)
    repository = hub.root / "me/tiny"
    assert names(repository) == published_files(runs[1]).keys()
    assert problems(repository) == []
    expected = [translation.text for translation in nmt.load(runs[1]).translate(LINES)]
    assert [translation.text for translation in nmt.load(repository).translate(LINES)] == expected


def test_a_shortlist_that_the_run_no_longer_has_goes_and_one_that_it_has_stays(trained: Path, hub: FolderHub) -> None:
    make_shortlist(trained)
    for there in (True, False):
        publish(trained, "me/tiny", private=False, hub=hub)
        assert ("shortlist.safetensors" in names(hub.root / "me/tiny")) == there
        (trained / "shortlist.safetensors").unlink(missing_ok=True)


def test_a_shortlist_that_was_damaged_is_not_published(trained: Path, hub: FolderHub) -> None:
    content = make_shortlist(trained)
    (trained / "shortlist.safetensors").write_bytes(content[:-1] + b"\x7f")
    with pytest.raises(CheckpointError, match=r"shortlist\.safetensors was changed after it was written"):
        publish(trained, "me/tiny", private=False, hub=hub)
    assert not (hub.root / "me/tiny").exists()


def test_listing_what_would_be_published_leaves_the_run_as_it_is(trained: Path) -> None:
    (trained / "README.md").write_text("my own notes", encoding="utf-8")
    done = CliRunner().invoke(app, ["push", str(trained), "me/tiny", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert (trained / "README.md").read_text(encoding="utf-8") == "my own notes"


@pytest.mark.parametrize("name", ["tiny", "me/tiny/", "a/b/c", "me/my run", "/tiny", "mé/tiny", "me/tiny\n"])
@pytest.mark.parametrize("options", [["--dry-run"], []])
def test_what_is_no_name_of_a_repository_is_said_before_anything_else(name: str, options: list[str]) -> None:
    failure = CliRunner().invoke(app, ["push", "runs/none", name, *options]).exception
    assert isinstance(failure, ConfigError)
    assert str(failure) == f"{name}: a repository is named USER/NAME, in letters, digits, '-', '_' and '.'."


def test_nothing_is_sent_to_what_is_no_name_of_a_repository(trained: Path, hub: FolderHub) -> None:
    with pytest.raises(ConfigError, match="tiny: a repository is named USER/NAME"):
        publish(trained, "tiny", private=False, hub=hub)
    assert not hub.root.exists()


def test_a_bit_that_changed_in_a_published_copy_is_found(trained: Path, hub: FolderHub) -> None:
    publish(trained, "me/tiny", private=False, hub=hub)
    path = hub.root / "me/tiny" / "record.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    assert len(problems(hub.root / "me/tiny")) == 1


def test_a_run_that_was_changed_or_has_not_ended_is_not_published(trained: Path, hub: FolderHub) -> None:
    log = trained / "metrics.jsonl"
    log.write_bytes(log.read_bytes() + b"{}\n")
    with pytest.raises(CheckpointError, match=r"metrics\.jsonl was changed after it was written"):
        publish(trained, "me/tiny", private=False, hub=hub)
    (trained / "record.json").unlink()
    with pytest.raises(CheckpointError, match="training has not stopped yet"):
        publish(trained, "me/tiny", private=False, hub=hub)
    with pytest.raises(CheckpointError, match="nowhere: no such run directory"):
        publish(trained.parent / "nowhere", "me/tiny", private=False, hub=hub)
    assert not hub.root.exists()


def test_what_should_be_private_is_never_sent_to_a_public_place(trained: Path, hub: FolderHub) -> None:
    publish(trained, "me/secret", private=True, hub=hub)
    assert hub.private["me/secret"]
    hub.create_repo("me/open", private=None, exist_ok=True)
    with pytest.raises(ConfigError, match="me/open is there already and public"):
        publish(trained, "me/open", private=True, hub=hub)
    assert names(hub.root / "me/open") == set()


def test_a_refusal_of_the_hub_is_told_in_a_sentence(trained: Path, hub: FolderHub) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionError("403 Forbidden.\n- which says\nmore" + 99 * " and more")

    hub.upload_folder = refuse  # type: ignore[method-assign]
    with pytest.raises(
        NMTError, match=r"\(ConnectionError: 403 Forbidden\. - which says more.* \.\.\.\)\. Check the name"
    ):
        publish(trained, "me/tiny", private=False, hub=hub)


def test_without_a_token_the_command_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: None)
    with pytest.raises(ConfigError, match=r"There is no token .* `hf auth login`"):
        connect()
    monkeypatch.setattr(huggingface_hub, "get_token", lambda: "hf_x")
    assert isinstance(connect(), huggingface_hub.HfApi)


def test_without_the_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(ConfigError, match=r"needs huggingface_hub: pip install -e '\.\[hub\]'"):
        connect()


def test_the_command_pushes_or_only_lists(trained: Path, hub: FolderHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_module, "connect", lambda: pytest.fail("no network in a dry run"))
    listed = CliRunner().invoke(app, ["push", str(trained), "me/tiny", "--dry-run"])
    assert listed.exit_code == 0, listed.output
    rows = [line.split() for line in listed.stdout.strip().split("\n")]
    assert {name: int(size.replace(",", "")) for size, name in rows} == {
        name: len(data) for name, data in published_files(trained).items()
    }
    assert not hub.root.exists()
    monkeypatch.setattr(publish_module, "connect", lambda: hub)
    pushed = CliRunner().invoke(app, ["push", str(trained), "me/tiny", "--private"])
    assert (pushed.stdout, hub.private) == ("https://hub/me/tiny\n", {"me/tiny": True})
