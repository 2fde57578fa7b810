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
RESULTS = "results.json"
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
    try:
        earlier = _listed(out_dir)
        out_dir.mkdir(parents=True, exist_ok=True)
        # Files are listed before they are written: if this is cut short, a later report knows what to remove.
        _write_list(out_dir, {**listed, "files": sorted({*listed["files"], *earlier})})
        for name in earlier - files.keys():
            (out_dir / name).unlink(missing_ok=True)
        for name, text in files.items():
            path = out_dir / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(_bytes(text))
        _write_list(out_dir, listed)
    except OSError as error:
        raise _not_writable(out_dir, error) from None
    return out_dir / "report.html"


def make_folder(out_dir: Path) -> None:
    """Make the folder, so that one that cannot be written fails before hours of translating. Raises ConfigError, also
    where something other than a report is there."""
    try:
        others = sorted(path.name for path in out_dir.iterdir()) if out_dir.is_dir() else []
        others = [name for name in others if name != f"{RESULTS}.tmp"]  # of a report that was cut short
        if others and not is_report(out_dir):
            raise ConfigError(
                f"--out {out_dir.resolve()} is there and is no report: it holds {others[0]}. Name a new folder."
            )
        out_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out_dir):
            pass
    except OSError as error:
        raise _not_writable(out_dir, error) from None


def is_report(out_dir: Path) -> bool:
    """Whether an earlier report is there, or a part of one."""
    return bool(_earlier(out_dir))


def _earlier(out_dir: Path) -> dict[str, Any]:
    """What an earlier report left in results.json; empty where there is none, or one of something else."""
    try:
        found = json.loads((out_dir / RESULTS).read_text(encoding="utf-8"))
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
    for n, run in enumerate(report.runs, start=1):
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", run.name).strip("-") or "system"
        lines = (f"{one_line(output)}\n" for output in run.result.outputs)
        files[f"{TRANSLATIONS}/{n}-{name}.txt"] = "".join(lines)
    return files


def _listed(out_dir: Path) -> set[str]:
    """The files that an earlier results.json lists; nothing else in the folder is ours."""
    earlier = _earlier(out_dir).get("files")
    names = earlier if isinstance(earlier, list) else []
    return {name for name in names if isinstance(name, str) and _OURS.fullmatch(name)}


def _write_list(out_dir: Path, listed: dict[str, Any]) -> None:
    partial = out_dir / f"{RESULTS}.tmp"
    partial.write_bytes(_bytes(json.dumps(listed, ensure_ascii=False, indent=2) + "\n"))
    partial.replace(out_dir / RESULTS)


def _bytes(text: str) -> bytes:
    """In UTF-8. A lone surrogate, which only a name in JSON could bring here, becomes the escape it came from."""
    return text.encode("utf-8", errors="backslashreplace")
