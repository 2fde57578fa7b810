"""Write IWSLT14 German-English beside this file: train, dev and test .de and .en, as fairseq's script prepares it.

    python data/iwslt14/prepare.py

From the Hugging Face hub, where the text is tokenised by Moses and lower-cased already. git ignores the files.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub_text import HubCorpus, main

CORPUS = HubCorpus(
    title="IWSLT14 German-English",
    name="bbaaaa/iwslt14-de-en-preprocess",
    languages=("de", "en"),
    num_lines={"train": 160_239, "dev": 7_283, "test": 6_750},
    revision="refs/convert/parquet",  # the main branch is a script, which `datasets` no longer runs
)

if __name__ == "__main__":
    sys.exit(main(CORPUS, Path(__file__).parent))
