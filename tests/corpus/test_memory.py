"""Memory stays flat: seven times the text takes no more of it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path

from nmt.corpus.filters import FilterConfig
from nmt.corpus.prepare import Sources, prepare_corpus
from nmt.corpus.readers import Text
from nmt.tokenizer.sentencepiece import TokenizerConfig

WORDS = "der die das Hund Katze Haus Baum sieht sucht findet malt rot blau klein".split()


def peak_bytes():
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def work(folder, num_pairs):
    folder.mkdir()
    for name, step in (("source", 3), ("target", 5)):
        with open(folder / name, "w") as file:
            for n in range(num_pairs):
                file.write(" ".join(WORDS[(n // step**k) % len(WORDS)] for k in range(8)) + f" {n}\\n")
    text = Text("parallel", str(folder / "source"), str(folder / "target"))
    (folder / "dev").write_text("Hund\\thound\\n")
    sources = Sources(text, Text("tsv", str(folder / "dev")), 100, FilterConfig())
    config = TokenizerConfig(vocab_size=300, sampling=0.1, training_pairs=1000)
    corpus = prepare_corpus(sources, config, folder / "prepared", lambda message: None).train
    pools = corpus.__class__(corpus.shards, pool_pairs=8192)
    num_read = sum(len(pools.pool(1, 0, number)) for number in range(pools.num_pools))
    assert num_read == num_pairs


folder = Path(sys.argv[1])
work(folder / "small", 10_000)
small = peak_bytes()
work(folder / "large", 70_000)
print(peak_bytes() - small)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_seven_times_the_text_takes_no_more_memory(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    )
    # In memory, 60,000 more pairs were 2 x 60,000 x 100 bytes of strings and 2 x 60,000 x 45 x 8 bytes of lists of ids:
    # 55 MB, and more while they are made. Mapped pages of a shard, and what the allocator keeps, are much less.
    assert int(run.stdout) < 30_000_000
