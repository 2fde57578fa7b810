"""The shell scripts: they parse, set up once, work from any folder, and run the commands they promise.

Python and pip are played by a shell script that writes down how it is called; nothing is installed.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nmt.experiment import load_experiment

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = [*sorted((CHECKOUT / "recipes").rglob("*.sh")), CHECKOUT / ".ci" / "run"]

FAKE_PYTHON = """#!/bin/sh
# `-c` answers the questions of setup.sh with yes, unless a file says no; everything else is written down.
case "$1 $2" in
    "-c import sys"*) [ ! -e "$FAKE/old" ]; exit ;;
    "-c from nmt"*) echo 3; exit ;;
    "--version ") [ ! -e "$FAKE/broken" ]; exit ;;
    "-c import venv"*) [ ! -e "$FAKE/without-venv" ]; exit ;;
    "-m venv")
        echo "venv" >> "$FAKE/log"
        for last; do :; done
        [ "$3" != --clear ] || rm -rf "$last" # as venv does
        mkdir -p "$last/bin" && cp "$FAKE/bin/python3" "$last/bin/python" && cp "$FAKE/nmt" "$last/bin/nmt"
        exit ;;
    "-m pip")
        [ "$3" = --version ] && exit
        echo "pip $(echo "$*" | sed 's/^-m pip install --quiet --disable-pip-version-check //')" >> "$FAKE/log"
        [ ! -e "$FAKE/pip-fails" ]; exit ;;
esac
[ "$1" = -P ] && where=" in $PWD"
echo "python $*$where" >> "$FAKE/log"
"""
FAKE_NMT = '#!/bin/sh\necho "nmt $*" >> "$FAKE/log"\n[ ! -e "$FAKE/nmt-$1-fails" ]\n'


@dataclass
class Sandbox:
    """A copy of the scripts in a checkout of its own, and a PATH on which Python is the fake."""

    checkout: Path
    fake: Path
    environment: dict[str, str] = field(default_factory=dict)

    def bash(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", *arguments],
            cwd=cwd or self.checkout,
            env={"PATH": f"{self.fake}/bin:/usr/bin:/bin", "FAKE": str(self.fake), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def calls(self) -> list[str]:
        """What was called since the last time this was asked."""
        log = self.fake / "log"
        lines = log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def say(self, fact: str) -> None:
        (self.fake / fact).touch()


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    checkout, fake = tmp_path / "a checkout", tmp_path / "fake"
    (fake / "bin").mkdir(parents=True)
    for path, text in [(fake / "bin" / "python3", FAKE_PYTHON), (fake / "nmt", FAKE_NMT)]:
        path.write_text(text, encoding="utf-8", newline="\n")
        path.chmod(0o755)
    for script in SCRIPTS:
        copy = checkout / script.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(script, copy)
    (checkout / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    return Sandbox(checkout, fake)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_script_parses_and_stops_at_the_first_error(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    if script.name not in ("setup.sh", "options.sh"):  # which are sourced
        assert "\nset -euo pipefail\n" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("direction", ["de-fr", "en-de de-en", ""])
def test_a_direction_that_has_no_recipe_is_refused(sandbox: Sandbox, direction: str) -> None:
    result = sandbox.bash("recipes/multi30k/run.sh", direction)
    assert result.returncode == 2
    assert result.stderr == (
        "usage: bash recipes/multi30k/run.sh [en-de|de-en|en-fr] [--from DIR] [--no-verify] [--seeds LIST] [--fresh]\n"
    )
    assert sandbox.calls() == []


def test_the_ci_script_is_executable() -> None:
    assert os.access(CHECKOUT / ".ci" / "run", os.X_OK)


def test_the_first_setup_makes_an_environment_and_the_second_does_nothing(sandbox: Sandbox) -> None:
    first = sandbox.bash("recipes/setup.sh")
    assert first.returncode == 0, first.stderr
    assert sandbox.calls() == ["venv", "pip -e .[dev]"]
    assert first.stderr.startswith(f"setup: making a virtual environment in {sandbox.checkout}/.venv\n")
    second = sandbox.bash("recipes/setup.sh")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert sandbox.calls() == []


def test_sourcing_activates_the_environment(sandbox: Sandbox) -> None:
    result = sandbox.bash("-c", '. recipes/setup.sh; command -v python; echo "$VIRTUAL_ENV"')
    assert result.stdout == f"{sandbox.checkout}/.venv/bin/python\n{sandbox.checkout}/.venv\n"


def test_a_changed_pyproject_is_installed_again_into_the_same_environment(sandbox: Sandbox) -> None:
    sandbox.bash("recipes/setup.sh")
    sandbox.calls()
    (sandbox.checkout / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    sandbox.bash("recipes/setup.sh")
    assert sandbox.calls() == ["pip -e .[dev]"]


def test_a_failed_install_is_tried_again(sandbox: Sandbox) -> None:
    sandbox.say("pip-fails")
    failed = sandbox.bash("recipes/test.sh")
    assert failed.returncode != 0
    assert "pip could not install nmt" in failed.stderr
    assert sandbox.calls() == ["venv", "pip -e .[dev]"]  # and pytest was not started
    (sandbox.fake / "pip-fails").unlink()
    assert sandbox.bash("recipes/setup.sh").returncode == 0
    assert sandbox.calls() == ["pip -e .[dev]"]


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_is_used(sandbox: Sandbox, tmp_path: Path, variable: str) -> None:
    active = tmp_path / "active"
    (active / "bin").mkdir(parents=True)
    shutil.copy(sandbox.fake / "bin" / "python3", active / "bin" / "python")
    sandbox.environment[variable] = str(active)
    result = sandbox.bash("-c", ". recipes/setup.sh; command -v python")
    assert result.stdout == f"{active}/bin/python\n"
    assert sandbox.calls() == ["pip -e .[dev]"]
    assert not (sandbox.checkout / ".venv").exists()


def test_an_active_environment_that_is_gone_is_reported(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.environment["VIRTUAL_ENV"] = str(tmp_path / "gone")
    result = sandbox.bash("recipes/setup.sh")
    assert result.returncode != 0
    assert "has no Python" in result.stderr


@pytest.mark.parametrize(
    ("fact", "message"),
    [("old", "is older than Python 3.11. Deactivate this environment"), ("broken", "cannot be run. Deactivate this")],
)
def test_a_python_that_is_old_or_cannot_be_run_is_told_apart(
    sandbox: Sandbox, tmp_path: Path, fact: str, message: str
) -> None:
    python = tmp_path / "active" / "bin" / "python"
    python.parent.mkdir(parents=True)
    shutil.copy(sandbox.fake / "bin" / "python3", python)
    sandbox.environment["VIRTUAL_ENV"] = str(tmp_path / "active")
    sandbox.say(fact)
    result = sandbox.bash("recipes/setup.sh")
    assert result.returncode != 0
    assert f"{python} {message}" in result.stderr
    assert sandbox.calls() == []


@pytest.mark.parametrize("named", ["as here", r"C:\envs\mine"])
def test_conda_of_windows_has_its_python_in_the_root_of_the_environment(
    sandbox: Sandbox, tmp_path: Path, named: str
) -> None:
    active = tmp_path / "active"
    (active / "Scripts").mkdir(parents=True)
    shutil.copy(sandbox.fake / "bin" / "python3", active / "python.exe")
    sandbox.environment["CONDA_PREFIX"] = str(active)
    if named != "as here":
        cygpath = sandbox.fake / "bin" / "cygpath"
        cygpath.write_text(f"#!/bin/sh\n[ \"$*\" = '-u {named}' ] && echo '{active}'\n", encoding="utf-8")
        cygpath.chmod(0o755)
        sandbox.environment["CONDA_PREFIX"] = named
    result = sandbox.bash("-c", '. recipes/setup.sh; echo "$PATH"')
    assert result.stdout.startswith(f"{active}:{active}/Scripts:"), result.stderr
    assert sandbox.calls() == ["pip -e .[dev]"]


def test_torch_is_installed_first_where_it_is_chosen(sandbox: Sandbox) -> None:
    sandbox.environment["NMT_TORCH"] = "torch==1.2 --index-url https://example.org/cpu"
    sandbox.bash("recipes/setup.sh")
    assert sandbox.calls() == [
        "venv",
        "pip torch==1.2 --index-url https://example.org/cpu",
        "pip -e .[dev]",
    ]


def test_what_is_asked_for_later_is_installed_and_what_is_not_mentioned_stays(sandbox: Sandbox) -> None:
    sandbox.bash("recipes/setup.sh")
    sandbox.calls()
    sandbox.environment["NMT_EXTRAS"] = "export"
    sandbox.bash("recipes/setup.sh")
    sandbox.bash("recipes/setup.sh")
    assert sandbox.calls() == ["pip -e .[dev,export]"]
    sandbox.environment = {"NMT_TORCH": "torch==1.2"}
    sandbox.bash("recipes/setup.sh")
    assert sandbox.calls() == ["pip torch==1.2", "pip -e .[dev,export]"]
    sandbox.environment = {}
    sandbox.bash("recipes/setup.sh")
    assert sandbox.calls() == []


@pytest.mark.parametrize(
    ("fact", "message"), [("old", "no Python 3.11 or later found"), ("without-venv", "sudo apt install python3-venv")]
)
def test_what_is_missing_is_said_in_one_line(sandbox: Sandbox, fact: str, message: str) -> None:
    sandbox.say(fact)
    if fact == "old":  # hide the Pythons of this machine: only what the script needs besides is on PATH
        for tool in ("bash", "sh", "cat", "cksum", "dirname"):
            (sandbox.fake / "bin" / tool).symlink_to(shutil.which(tool) or tool)
        sandbox.environment["PATH"] = f"{sandbox.fake}/bin"
    result = sandbox.bash("recipes/setup.sh")
    assert result.returncode != 0
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert sandbox.calls() == []


def test_tests_run_from_any_folder_and_pass_arguments_on(sandbox: Sandbox, tmp_path: Path) -> None:
    result = sandbox.bash(str(sandbox.checkout / "recipes" / "test.sh"), "-k", "beam search", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    # nmt may use three cores here
    assert sandbox.calls()[2:] == ["python -m pytest --numprocesses 4 --dist worksteal -k beam search"]


def test_an_environment_elsewhere_is_where_the_caller_says(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    sandbox.environment["NMT_VENV"] = "venv"
    result = sandbox.bash(str(sandbox.checkout / "recipes" / "setup.sh"), cwd=tmp_path / "elsewhere")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "elsewhere" / "venv" / "bin" / "python").exists()
    assert sandbox.calls() == ["venv", "pip -e .[dev]"]


@pytest.mark.parametrize("name", ["thesis.tex", ".hidden"])
def test_a_folder_of_other_files_is_never_cleared_for_an_environment(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "my work"
    folder.mkdir()
    (folder / name).touch()
    sandbox.environment["NMT_VENV"] = str(folder)
    result = sandbox.bash("recipes/setup.sh")
    assert result.returncode != 0
    assert result.stderr == (
        f"setup: {folder} holds other files and is no environment. Name a new folder with NMT_VENV, or delete it, if "
        "you need nothing in it.\n"
    )
    assert (folder / name).exists()
    assert sandbox.calls() == []


def test_an_empty_folder_and_an_environment_without_its_python_become_one(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    folder.mkdir()
    sandbox.environment["NMT_VENV"] = str(folder)
    assert sandbox.bash("recipes/setup.sh").returncode == 0
    (folder / "pyvenv.cfg").touch()
    (folder / "bin" / "python").unlink()
    assert sandbox.bash("recipes/setup.sh").returncode == 0
    assert sandbox.calls() == ["venv", "pip -e .[dev]"] * 2


def test_the_torture_leaves_the_caller_where_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    result = sandbox.bash(str(sandbox.checkout / "recipes" / "torture.sh"), "--out", "here", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert sandbox.calls()[2:] == [f"python -P -m tests.torture --out here in {tmp_path}"]


QUICKSTART = [
    "python data/phrasebook/prepare.py",
    "nmt train recipes/phrasebook/rnn.toml --out runs/quickstart/rnn",
    "nmt train recipes/phrasebook/transformer.toml --out runs/quickstart/transformer",
    "nmt compare runs/quickstart/rnn runs/quickstart/transformer --out runs/quickstart/report",
]


def test_quickstart_runs_everything_from_any_folder_and_a_second_time(sandbox: Sandbox, tmp_path: Path) -> None:
    script = str(sandbox.checkout / "recipes" / "quickstart.sh")
    result = sandbox.bash(script, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert sandbox.calls()[2:] == QUICKSTART
    sandbox.bash(script, cwd=tmp_path)
    assert sandbox.calls() == QUICKSTART


def test_quickstart_stops_where_training_fails(sandbox: Sandbox) -> None:
    sandbox.say("nmt-train-fails")
    assert sandbox.bash("recipes/quickstart.sh").returncode != 0
    assert sandbox.calls()[2:] == QUICKSTART[:2]


def test_fresh_deletes_only_the_runs_of_the_recipe(sandbox: Sandbox) -> None:
    old, other = sandbox.checkout / "runs" / "quickstart" / "rnn", sandbox.checkout / "runs" / "other"
    for folder in (old, other):
        folder.mkdir(parents=True)
    sandbox.bash("recipes/quickstart.sh")
    assert old.exists()
    sandbox.say("pip-fails")
    (sandbox.checkout / ".venv" / ".nmt-setup").unlink()
    assert sandbox.bash("recipes/quickstart.sh", "--fresh").returncode != 0
    assert old.exists()  # until new ones can be trained
    (sandbox.fake / "pip-fails").unlink()
    sandbox.bash("recipes/quickstart.sh", "--fresh")
    assert not old.exists()
    assert other.exists()


@pytest.mark.parametrize("arguments", [["recipes/quickstart.sh", "--help"], ["recipes/multi30k/run.sh", "--from"]])
def test_a_wrong_option_shows_the_usage_and_starts_nothing(sandbox: Sandbox, arguments: list[str]) -> None:
    result = sandbox.bash(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("usage: bash recipes/")
    assert sandbox.calls() == []


def test_multi30k_takes_a_folder_relative_to_the_caller_and_commits_no_sentence(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "my texts").mkdir()
    script = str(sandbox.checkout / "recipes" / "multi30k" / "run.sh")
    result = sandbox.bash(script, "--from", "my texts", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert sandbox.calls()[2:] == [
        f"python data/multi30k/prepare.py --languages en de --from {tmp_path}/my texts",
        *multi30k("runs/multi30k", "recipes/multi30k/", "en", "de"),
    ]


def multi30k(runs: str, recipes: str, source: str, target: str, seeds: tuple[int, ...] = ()) -> list[str]:
    """The commands of a direction, once the text is there."""
    models = [
        (model, f"{model}{end}", change)
        for model in ("rnn", "transformer")
        for end, change in [(f"-{seed}", f" --set seed={seed}") for seed in seeds] or [("", "")]
    ]
    every = " ".join(f"{runs}/{name}" for _, name, _ in models)
    test = f"--source data/multi30k/test.{source} --reference data/multi30k/test.{target}"
    return [
        *(f"nmt train {recipes}{model}.toml --out {runs}/{name}{change}" for model, name, change in models),
        f"nmt compare {every} --metric BLEU-moses --out {runs}/report",
        f"nmt compare {every} --metric BLEU-moses --no-text --out {runs}/report-no-text",
        *(
            f"nmt evaluate {runs}/{name} {test} --metric BLEU-moses --json {runs}/{name}-bleu-moses.json"
            for _, name, _ in models
        ),
    ]


def test_multi30k_takes_a_direction_and_keeps_what_belongs_to_others(sandbox: Sandbox) -> None:
    folders = [sandbox.checkout / "runs" / "multi30k" / name for name in ("rnn", "de-en/rnn", "prepared")]
    for folder in folders:
        folder.mkdir(parents=True)
    result = sandbox.bash("recipes/multi30k/run.sh", "de-en", "--fresh")
    assert result.returncode == 0, result.stderr
    assert [folder.exists() for folder in folders] == [True, False, True]
    assert sandbox.calls()[2:] == [
        "python data/multi30k/prepare.py --languages de en",
        *multi30k("runs/multi30k/de-en", "recipes/multi30k/de-en-", "de", "en"),
    ]


def test_multi30k_trains_compares_and_evaluates_each_seed_and_skips_what_is_scored(sandbox: Sandbox) -> None:
    run = ["recipes/multi30k/run.sh", "--seeds", "1 2 3"]
    result = sandbox.bash(*run)
    assert result.returncode == 0, result.stderr
    called = sandbox.calls()[3:]
    assert called == multi30k("runs/multi30k", "recipes/multi30k/", "en", "de", (1, 2, 3))
    runs = sandbox.checkout / "runs" / "multi30k"
    for name, record, scores in (("rnn-1", 1, 2), ("rnn-2", 2, 1)):  # when each was written
        (runs / name).mkdir(parents=True)
        for path, time in ((runs / name / "record.json", record), (runs / f"{name}-bleu-moses.json", scores)):
            path.touch()
            os.utime(path, (1_000_000 + time, 1_000_000 + time))
    sandbox.bash(*run)
    assert sandbox.calls()[1:] == [line for line in called if "evaluate runs/multi30k/rnn-1 " not in line]
    (runs / "rnn").mkdir()
    sandbox.bash(*run, "--fresh")
    assert (runs / "rnn").exists()
    assert not (runs / "rnn-1").exists()
    assert not (runs / "rnn-1-bleu-moses.json").exists()


def test_tanaka_takes_seeds_and_gives_their_means(sandbox: Sandbox) -> None:
    runs = sandbox.checkout / "runs" / "tanaka" / "ja-en"
    runs.mkdir(parents=True)
    models = [f"{model}-{seed}" for model in ("rnn", "transformer") for seed in (4, 5)]
    for name in models:
        (runs / f"{name}.en").write_text("", encoding="utf-8")
    result = sandbox.bash("recipes/tanaka/run.sh", "--seeds", "4 5")
    assert result.returncode == 0, result.stderr
    called = sandbox.calls()[3:]
    folder = "runs/tanaka/ja-en"
    assert called[:4] == [
        f"nmt train recipes/tanaka/ja-en-{name[:-2]}.toml --out {folder}/{name} --set seed={name[-1]}"
        for name in models
    ]
    every = " ".join(f"{folder}/{name}" for name in models)
    assert called[4:6] == [
        f"nmt compare {every} --out {folder}/report",
        f"nmt compare {every} --no-text --out {folder}/report-no-text",
    ]
    assert [line.split()[-1] for line in called if "--metric BLEU-words" in line] == [
        f"{folder}/{name}-bleu-words.json" for name in models
    ]
    assert called[-2:] == [
        f"python eval/mean_over_seeds.py {folder}/{model}-4-bleu-words.json {folder}/{model}-5-bleu-words.json"
        for model in ("rnn", "transformer")
    ]


def test_tanaka_deletes_only_the_runs_that_are_trained_anew(sandbox: Sandbox) -> None:
    runs = sandbox.checkout / "runs" / "tanaka" / "ja-en"
    folders = [runs / name for name in ("rnn-1", "prepared", "rnn-4", "transformer-4")]
    for folder in folders:
        folder.mkdir(parents=True)
    sandbox.bash("recipes/tanaka/run.sh", "--seeds", "4", "--fresh")
    assert [folder.exists() for folder in folders] == [True, True, False, False]


def test_tanaka_scores_words_too(sandbox: Sandbox, tmp_path: Path) -> None:
    runs = sandbox.checkout / "runs" / "tanaka" / "en-ja"
    runs.mkdir(parents=True)
    for model in ("rnn", "transformer"):  # the fake nmt translates nothing
        (runs / f"{model}.ja").write_text("", encoding="utf-8")
    result = sandbox.bash("recipes/tanaka/run.sh", "en-ja", "--from", str(tmp_path))
    assert result.returncode == 0, result.stderr
    called = sandbox.calls()[2:]
    assert called[0] == f"python data/tanaka/prepare.py --from {tmp_path}"
    assert called[1:3] == [
        f"nmt train recipes/tanaka/en-ja-{model}.toml --out runs/tanaka/en-ja/{model}"
        for model in ("rnn", "transformer")
    ]
    assert called[4].endswith("--no-text --out runs/tanaka/en-ja/report-no-text")
    assert called[5:8] == [
        "nmt evaluate runs/tanaka/en-ja/rnn --source data/tanaka/test.en --reference data/tanaka/test.ja",
        "nmt translate runs/tanaka/en-ja/rnn -i data/tanaka/test.en -o runs/tanaka/en-ja/rnn.ja",
        "python data/tanaka/words.py ja",
    ]
    words = "--hypotheses runs/tanaka/en-ja/rnn.words.ja --reference data/tanaka/test.words.ja --metric BLEU-words"
    assert called[8] == f"nmt evaluate {words} --json runs/tanaka/en-ja/rnn-bleu-words.json"
    # what the fake python wrote to its log came out of the redirection as an empty file
    assert (runs / "rnn.words.ja").exists()


@pytest.mark.parametrize("corpus", ["iwslt14", "wmt14"])
def test_the_recipes_for_a_gpu_train_and_compare_both(sandbox: Sandbox, corpus: str) -> None:
    result = sandbox.bash(f"recipes/{corpus}/run.sh")
    assert result.returncode == 0, result.stderr
    both = f"runs/{corpus}/rnn runs/{corpus}/transformer" + {"iwslt14": " --metric BLEU-words", "wmt14": ""}[corpus]
    assert sandbox.calls()[2:7] == [
        f"python data/{corpus}/prepare.py",
        *(f"nmt train recipes/{corpus}/{model}.toml --out runs/{corpus}/{model}" for model in ("rnn", "transformer")),
        f"nmt compare {both} --out runs/{corpus}/report",
        f"nmt compare {both} --no-text --out runs/{corpus}/report-no-text",
    ]


def test_iwslt14_scores_words_and_skips_what_is_scored(sandbox: Sandbox) -> None:
    def scoring(model: str) -> str:
        files = "--source data/iwslt14/test.de --reference data/iwslt14/test.en"
        return (
            f"nmt evaluate runs/iwslt14/{model} {files} --metric BLEU-words --json runs/iwslt14/{model}-bleu-words.json"
        )

    sandbox.bash("recipes/iwslt14/run.sh")
    assert sandbox.calls()[7:] == [scoring("rnn"), scoring("transformer")]
    runs = sandbox.checkout / "runs" / "iwslt14"
    for name, record, scores in (("rnn", 1, 2), ("transformer", 2, 1)):  # when each was written
        (runs / name).mkdir(parents=True)
        for path, time in ((runs / name / "record.json", record), (runs / f"{name}-bleu-words.json", scores)):
            path.touch()
            os.utime(path, (1_000_000 + time, 1_000_000 + time))
    assert sandbox.bash("recipes/iwslt14/run.sh").returncode == 0
    assert sandbox.calls()[5:] == [scoring("transformer")]


def test_multi30k_comes_from_the_hub_by_default(sandbox: Sandbox) -> None:
    sandbox.bash("recipes/multi30k/run.sh")
    assert sandbox.calls()[2] == "python data/multi30k/prepare.py --languages en de"


@pytest.mark.parametrize("corpus", ["multi30k --languages en de", "tanaka"])
def test_text_of_other_checksums_can_be_used_where_that_is_said(sandbox: Sandbox, corpus: str) -> None:
    name, *languages = corpus.split()
    sandbox.bash(f"recipes/{name}/run.sh", "--no-verify")
    assert sandbox.calls()[2] == " ".join([f"python data/{name}/prepare.py", *languages, "--no-verify"])


def test_the_ablation_trains_each_change_with_each_seed_and_writes_one_table(sandbox: Sandbox) -> None:
    arguments = ["--models", "rnn", "--variants", "recipe r-drop", "--seeds", "1 2", "--set", "training.time_limit=60"]
    script, elsewhere = str(sandbox.checkout / "recipes" / "multi30k" / "ablation.sh"), sandbox.fake.parent
    result = sandbox.bash(script, *arguments, "--out", "table.md", cwd=elsewhere)
    assert result.returncode == 0, result.stderr
    folder = "runs/multi30k-ablation/rnn"
    trained = [
        f"nmt train recipes/multi30k/rnn.toml --out {folder}/{variant}-{seed} --set name={variant} --set seed={seed} "
        f"--set training.time_limit=60{change}"
        for variant, change in (("recipe", ""), ("r-drop", " --set training.r_drop=5"))
        for seed in (1, 2)
    ]
    runs = " ".join(f"{folder}/{variant}-{seed}" for variant in ("recipe", "r-drop") for seed in (1, 2))
    assert sandbox.calls()[2:] == [
        *trained,
        f"nmt compare {runs} --source data/multi30k/dev.en --reference data/multi30k/dev.de --no-text "
        f"--out {folder}/report",
        f"python eval/ablation.py {folder}/report/results.json --out {elsewhere}/table.md",
    ]


def test_every_change_of_the_ablation_is_one_that_the_recipes_know(sandbox: Sandbox) -> None:
    result = sandbox.bash("recipes/multi30k/ablation.sh", "--seeds", "1")
    assert result.returncode == 0, result.stderr
    called = [line.split() for line in sandbox.calls() if line.startswith("nmt train")]
    assert len(called) == 21
    for words in called:
        overrides = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
        load_experiment(CHECKOUT / words[2], overrides)
    assert sandbox.bash("recipes/multi30k/ablation.sh", "--variants", "recipe magic").returncode == 2


@pytest.mark.parametrize("variants", ["no-ema", "no-ema recipe"])
def test_the_recipe_itself_is_what_the_changes_are_compared_with(sandbox: Sandbox, variants: str) -> None:
    result = sandbox.bash("recipes/multi30k/ablation.sh", "--seeds", "1", "--models", "rnn", "--variants", variants)
    assert result.returncode == 0, result.stderr
    names = [line.split("/")[-1].split()[0] for line in sandbox.calls() if line.startswith("nmt train")]
    assert names == ["recipe-1", "no-ema-1"]
