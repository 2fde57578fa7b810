"""A trained model for other engines, written only after it has translated as ours does."""
