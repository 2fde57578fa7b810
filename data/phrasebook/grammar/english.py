"""English word forms: articles, plurals, verb forms, contractions.

A verb is a string whose first word is inflected: "call", "pick up", "look forward to".
"""

VOWELS = "aeiou"
SILENT_OR_YOU = {
    "hour": "an",
    "honest": "an",
    "university": "a",
    "useful": "a",
    "European": "a",
    "used": "a",
    "one": "a",
}
BE_PRESENT = ("am", "are", "is", "are", "are", "are")
BE_PAST = ("was", "were", "was", "were", "were", "were")
# base: past, participle
IRREGULAR = {
    line.split()[0]: (line.split()[1], line.split()[2])
    for line in """
be was been
break broke broken
bring brought brought
buy bought bought
catch caught caught
come came come
cost cost cost
do did done
draw drew drawn
drink drank drunk
drive drove driven
eat ate eaten
fall fell fallen
feed fed fed
feel felt felt
find found found
fly flew flown
forget forgot forgotten
get got got
give gave given
go went gone
hang hung hung
have had had
hold held held
hear heard heard
hurt hurt hurt
keep kept kept
know knew known
leave left left
lend lent lent
lie lay lain
lose lost lost
make made made
meet met met
pay paid paid
put put put
read read read
ride rode ridden
ring rang rung
run ran run
say said said
see saw seen
sell sold sold
send sent sent
set set set
show showed shown
sing sang sung
sit sat sat
sleep slept slept
speak spoke spoken
spend spent spent
stand stood stood
swim swam swum
take took taken
tell told told
think thought thought
throw threw thrown
try tried tried
understand understood understood
wake woke woken
wear wore worn
write wrote written
""".strip().split("\n")
}
DOUBLED = (
    "get",
    "set",
    "put",
    "sit",
    "swim",
    "run",
    "forget",
    "cancel",
    "travel",
    "plan",
    "stop",
    "jog",
    "rub",
    "wrap",
    "chat",
)
NEGATED = {
    "am": "am not",
    "is": "isn't",
    "are": "aren't",
    "was": "wasn't",
    "were": "weren't",
    "have": "haven't",
    "has": "hasn't",
    "do": "don't",
    "does": "doesn't",
    "did": "didn't",
    "will": "won't",
    "would": "wouldn't",
    "can": "can't",
    "could": "couldn't",
    "should": "shouldn't",
    "may": "may not",
}
CONTRACTED = {"am": "'m", "is": "'s", "are": "'re", "will": "'ll", "would": "'d", "have": "'ve", "has": "'s"}
PRONOUNS = ("I", "you", "he", "she", "it", "we", "they")


def indefinite(following: str) -> str:
    """ "a" or "an" before this text."""
    word = following.split()[0]
    return SILENT_OR_YOU.get(word, "an" if word[0].lower() in VOWELS else "a")


def plural(noun: str) -> str:
    """The regular plural; irregular ones are written in the lexicon."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def _inflect(verb: str, form: str) -> str:
    _head, _, rest = verb.partition(" ")
    return f"{form} {rest}" if rest else form


def present(verb: str, person: int) -> str:
    """The simple present of a full verb."""
    head = verb.split()[0]
    if head == "be":
        return _inflect(verb, BE_PRESENT[person])
    if person != 2:
        return verb
    return _inflect(verb, "has" if head == "have" else plural(head) if head[-1] != "o" else head + "es")


def _regular_past(head: str) -> str:
    if head in DOUBLED:
        return head + head[-1] + "ed"
    if head.endswith("e"):
        return head + "d"
    return head[:-1] + "ied" if head.endswith("y") and head[-2] not in VOWELS else head + "ed"


def past(verb: str, person: int) -> str:
    """The simple past."""
    head = verb.split()[0]
    if head == "be":
        return _inflect(verb, BE_PAST[person])
    return _inflect(verb, IRREGULAR[head][0] if head in IRREGULAR else _regular_past(head))


def participle(verb: str) -> str:
    """The past participle."""
    head = verb.split()[0]
    return _inflect(verb, IRREGULAR[head][1] if head in IRREGULAR else _regular_past(head))


def gerund(verb: str) -> str:
    """The -ing form."""
    head = verb.split()[0]
    if head in DOUBLED:
        return _inflect(verb, head + head[-1] + "ing")
    if head == "lie":
        return _inflect(verb, "lying")
    drop = head.endswith("e") and not head.endswith("ee") and head != "be"
    return _inflect(verb, (head[:-1] if drop else head) + "ing")


def with_auxiliary(subject: str, auxiliary: str, negated: bool) -> str:
    """Subject and auxiliary as spoken: "I'm not", "she isn't", "we'll", "my brother has"."""
    if negated:
        return "I'm not" if (subject, auxiliary) == ("I", "am") else f"{subject} {NEGATED[auxiliary]}"
    if subject in PRONOUNS and auxiliary in CONTRACTED:
        return subject + CONTRACTED[auxiliary]
    return f"{subject} {auxiliary}"
