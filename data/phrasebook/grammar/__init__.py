"""A small bilingual grammar: it writes German sentences together with their English translations.

Read in this order: `german` and `english` (word forms), `nouns`, `people`, `places`, `times`, `activities` (the
lexicon), `phrases` and `clauses` (how words become sentences), `frames_*` (the sentence shapes), `corpus` (drawing
them), `split` (holding combinations out).
"""
