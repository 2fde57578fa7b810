"""From raw text to ids and back; the tokenizer is the vocabulary."""
