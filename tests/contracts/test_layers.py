"""What holds for the package as a whole: imports run one way, files are short, names are true."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nmt

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "nmt"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each may import only what stands before it (corpus and models do not know each other; search knows models/base alone).
ORDER = ["errors", "counted", "config", "storage", "tokenizer", "corpus", "models", "search", "translation", "metrics"]
ORDER += ["training", "experiment", "export", "reports", "run", "publish", "cli"]

UNPICKLING = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def layer(path: Path) -> str:
    """The folder or top-level module of a file of the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def all_imported(text: str) -> set[str]:
    """The modules that a program imports, at its top or inside functions; none may be named relative to its own."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            assert node.module
            found.update([f"nmt.{alias.name}" for alias in node.names] if node.module == "nmt" else [node.module])
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def imported(path: Path) -> set[str]:
    """The modules of this package that a file imports."""
    return {name for name in all_imported(path.read_text(encoding="utf-8")) if name.split(".")[0] == "nmt"}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if layer(path) in ORDER], ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_run_one_way(path: Path) -> None:
    for module in imported(path):
        name = module.split(".")[1]
        if name.startswith("__"):
            continue  # the version
        assert ORDER.index(name) <= ORDER.index(layer(path)), f"{path.name} imports {module}"


def test_models_know_nothing_of_text_and_search_only_the_interface_of_models() -> None:
    for path in MODULES:
        if layer(path) == "models":
            assert not [module for module in imported(path) if module.startswith(("nmt.corpus", "nmt.tokenizer"))], path
        if layer(path) == "search":
            models = {module for module in imported(path) if module.startswith("nmt.models")}
            assert models <= {"nmt.models.base"}, path
        if layer(path) == "translation":
            assert not [module for module in imported(path) if module.startswith("nmt.training")], path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_over_300_lines_or_called_utils(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= 300
    assert path.stem not in ("utils", "helpers", "common", "misc")


def refused(text: str) -> list[str]:
    """What a program does that unpickles, runs text as a program, or splits lines where users do not."""
    found = [name for name in all_imported(text) if name.split(".")[0] in UNPICKLING]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("torch.load", "yaml.load", "eval", "exec") or name.endswith(".splitlines"):
                found.append(name)
            found.extend(one.arg for one in node.keywords if one.arg in ("shell", "allow_pickle"))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_unpickles_or_splits_lines_where_users_do_not(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("import shelve as kept", "shelve"),
        ("torch.load(path)", "torch.load"),
        ("np.load(path, allow_pickle=True)", "allow_pickle"),
        ("text.splitlines()", "text.splitlines"),
        ("run(command, shell=True)", "shell"),
    ],
)
def test_what_is_refused_is_found_inside_functions_too(line: str, found: str) -> None:
    assert refused(f"def act():\n    {line}\n") == [found]


def test_relative_imports_are_refused() -> None:
    with pytest.raises(AssertionError, match="line 2: a relative import"):
        all_imported("def act():\n    from .storage import disk\n")


def test_the_public_names_are_exactly_those_listed() -> None:
    assert list(nmt.__all__) == sorted(nmt.__all__)
    for name in nmt.__all__:
        assert getattr(nmt, name) is not None
    public = {name for name in vars(nmt) if not name.startswith("_")}
    submodules = {layer(path) for path in MODULES}
    assert public - submodules - {"annotations", "TYPE_CHECKING", "Any"} <= set(nmt.__all__)


def test_importing_the_package_or_its_commands_does_not_import_what_is_slow() -> None:
    script = (
        "import sys; import nmt; assert 'torch' not in sys.modules; "
        "import nmt.cli.main; assert 'torch' not in sys.modules and 'sacrebleu' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr


def test_training_does_not_import_what_draws_the_figures_of_reports() -> None:
    script = "import sys; import nmt.run.train; assert 'matplotlib' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_file_tree_of_contributing_names_every_folder_and_nothing_else() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = re.search(r"```\n(nmt/ .*?)```", guide, re.DOTALL)
    assert tree, "CONTRIBUTING.md has no annotated file tree"
    folders = {path.parent.relative_to(ROOT).as_posix() for path in MODULES} - {"nmt"}
    named, stack = set(), []
    for line in tree[1].split("\n"):
        match = re.match(r"( *)([\w./-]+)", line)
        if not match:
            continue
        depth = len(match[1]) // 2
        stack = [*stack[:depth], match[2].rstrip("/")]
        path = "/".join(stack)
        assert (ROOT / path).exists(), f"CONTRIBUTING.md names {path}, which does not exist"
        named.add(path)
    assert folders <= named, f"CONTRIBUTING.md does not name {sorted(folders - named)}"
