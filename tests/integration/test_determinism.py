"""The same recipe and seed give the same bytes, whatever surrounds the process."""

import os
import subprocess
import sys
from pathlib import Path

from nmt.experiment import experiment_bytes
from tests.torture.work import differences, in_process, make_experiment, train

ROOT = Path(__file__).parents[2]


def test_hash_seed_working_folder_locale_and_time_zone_change_no_bit(tmp_path: Path) -> None:
    experiment = make_experiment(tmp_path / "text", "mixed", max_updates=4, validate_every=2)
    (tmp_path / "recipe.toml").write_bytes(experiment_bytes(experiment))
    folder = tmp_path / "elsewhere"  # where the text is prepared anew
    folder.mkdir()
    surroundings = {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"}
    environment = os.environ | surroundings | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "nmt", "train", str(tmp_path / "recipe.toml"), "--out", str(folder / "run")]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE) as process:
        assert in_process(train, experiment, tmp_path / "here" / "run") == 0  # hashes are seeded at random, or as usual
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    assert differences(tmp_path / "here" / "run", folder / "run") == []
