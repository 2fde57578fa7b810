"""Search: from a model's next-token distributions to hypotheses. Knows only the interface of models/base.py."""
