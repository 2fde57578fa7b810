"""Translating text with a trained run: files in, files out."""
