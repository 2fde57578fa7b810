"""A report as files: report.html, report.md with its plots, results.json, and the translations."""

import json
import re
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from nmt.corpus.lines import one_line
from nmt.errors import ConfigError
from nmt.reports.figures import draw
from nmt.reports.html import to_html
from nmt.reports.markdown import PLOTS, plot_files, to_markdown
from nmt.reports.report import Report
from nmt.reports.results import results

TRANSLATIONS = "translations"
_OURS = re.compile(rf"({PLOTS}|{TRANSLATIONS})/[A-Za-z0-9][\w.-]*")


def write_report(report: Report, out_dir: Path) -> Path:
    """Write the report into `out_dir`, made if needed, and return the path of report.html.

    Files of an earlier report there that this one does not have are removed, so that a report without text leaves none
    of an earlier one's sentences behind. Raises ConfigError when `out_dir` cannot be written.
    """
    figures = draw(report)
    files = {f"{PLOTS}/{name}": svg for name, svg in plot_files(figures).items()}
    files |= _translations(report)
    listed = {**results(report), "files": sorted(files)}
    files["report.md"] = to_markdown(report, figures)
    files["report.html"] = to_html(report, figures)
    files["results.json"] = json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    try:
        _remove_earlier(out_dir, keep=set(files))
        for name, text in files.items():
            path = out_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # A lone surrogate, which only a name in JSON could bring here, goes back to the escape it came from.
            with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise _not_writable(out_dir, error) from None
    return out_dir / "report.html"


def make_folder(out_dir: Path) -> None:
    """So that what cannot be written is known before hours of translating. Raises ConfigError, also where something
    else than a report is there."""
    try:
        others = sorted(path.name for path in out_dir.iterdir()) if out_dir.is_dir() else []
        if others and "files" not in _earlier(out_dir):
            raise ConfigError(
                f"--out {out_dir.resolve()} is there and is no report: it holds {others[0]}. Name a new folder."
            )
        out_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out_dir):
            pass
    except OSError as error:
        raise _not_writable(out_dir, error) from None


def _earlier(out_dir: Path) -> dict[str, Any]:
    """What an earlier report left in results.json; nothing where there is none, or that of something else."""
    try:
        found = json.loads((out_dir / "results.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) and {"runs", "files"} <= found.keys() else {}


def _not_writable(out_dir: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"--out {out_dir}: the report cannot be written there ({error.strerror}: {error.filename}). "
        "Give a folder that you may write to."
    )


def _translations(report: Report) -> dict[str, str]:
    """The systems' outputs as sacreBLEU reads them, so that anyone can score them again."""
    if not report.with_text:
        return {}
    files = {}
    for n, system in enumerate(report.systems, start=1):
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", system.name).strip("-") or "system"
        lines = (f"{one_line(output)}\n" for output in system.result.outputs)
        files[f"{TRANSLATIONS}/{n}-{name}.txt"] = "".join(lines)
    return files


def _remove_earlier(out_dir: Path, keep: set[str]) -> None:
    """Remove the files an earlier results.json lists; nothing else in the folder is ours."""
    earlier = _earlier(out_dir).get("files")
    for name in earlier if isinstance(earlier, list) else []:
        if isinstance(name, str) and _OURS.fullmatch(name) and name not in keep:
            (out_dir / name).unlink(missing_ok=True)
