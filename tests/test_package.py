"""What `import nmt` gives: the names, their documentation, and what README.md does with them."""

import os
import re
from pathlib import Path

import nmt
from nmt import errors

README = Path(__file__).parents[1] / "README.md"


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert {*nmt.__all__, "__doc__"} <= set(dir(nmt))
    for name in set(nmt.__all__) - {"__version__"}:
        assert getattr(nmt, name).__name__ == name
        assert getattr(nmt, name).__doc__


def test_every_error_that_the_package_raises_on_purpose_is_public() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert kinds <= {getattr(nmt, name) for name in nmt.__all__}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(nmt, "train")


def test_what_the_readme_says_for_python_runs(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "terms.tsv").write_text("Hund\tdog\n", encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    code = (
        "".join(blocks).replace("runs/my", tiny_run.as_posix()).replace("terms.tsv", f"{tmp_path.as_posix()}/terms.tsv")
    )
    assert len(blocks) == 2
    printed: list[tuple[object, ...]] = []
    exec(code, {"print": lambda *shown: printed.append(shown)})
    (first,), *best, (score,), (terms,) = printed
    assert len(best) == 3
    assert isinstance(first, str)
    assert isinstance(score, float)
    assert terms == ()
    assert all(links is not None for *_, links in best)


def test_a_gpu_is_hidden_from_the_tests_and_their_processes_unless_it_is_asked_for() -> None:
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == "" or os.environ.get("NMT_TEST_GPU")
