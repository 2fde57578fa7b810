"""A small bilingual grammar: it writes German sentences together with their English translations.

Word forms      german, english
Lexicon         nouns, adjectives, people, places, times, activity_table
Building        phrases (noun phrases), clauses (word order), activities and meanings (what fits together), scenes
Sentence shapes frames_*, one function each
Corpus          draw (seeded choices), corpus (all frames), split (combinations held out)
"""
