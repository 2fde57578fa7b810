"""Write WMT14 English-German beside this file: train, dev (newstest2013) and test (newstest2014) .en and .de.

    python data/wmt14/prepare.py      # 1.4 GB of text

From the Hugging Face hub, natural text with case. git ignores the files.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub_text import HubCorpus, main

CORPUS = HubCorpus(
    title="WMT14 English-German",
    name="wmt/wmt14",
    languages=("en", "de"),
    num_lines={"train": 4_508_785, "dev": 3_000, "test": 3_003},
    config="de-en",
)

if __name__ == "__main__":
    sys.exit(main(CORPUS, Path(__file__).parent))
