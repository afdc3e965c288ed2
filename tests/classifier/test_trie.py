from hypothesis import given
from hypothesis import strategies as st

from classifier.trie import DROPPED, Alphabet, GramTrie
from rules.trie import SEPARATOR

GRAMS = ["停", "水", "停水", "水停", "停水了", "0", "00", "𠮷野", "了"]


def test_every_n_gram_has_a_node_of_its_own() -> None:
    nodes = GramTrie(GRAMS).nodes(GRAMS).tolist()
    assert len(set(nodes)) == len(GRAMS) and min(nodes) > 0


@given(
    grams=st.lists(st.text("甲乙丙丁𠮷a0", min_size=1, max_size=4), min_size=1, unique=True),
    text=st.text("甲乙丙丁𠮷a0戊b" + SEPARATOR, max_size=30),
)
def test_the_walk_finds_what_a_search_finds(grams: list[str], text: str) -> None:
    trie = GramTrie(grams)
    node = dict(zip(grams, trie.nodes(grams).tolist(), strict=True))
    for length, walked in enumerate(trie.walk(trie.alphabet.codes(text), 4), 1):
        found = [text[start : start + length] for start in range(len(text) - length + 1)]
        for gram, reached in zip(found, walked.tolist(), strict=False):
            prefix = any(known.startswith(gram) for known in grams) and SEPARATOR not in gram
            suffix_of_none = gram in node or prefix or reached == 0 or length == 1
            assert suffix_of_none
            if gram in node:
                assert reached == node[gram]


def test_digits_are_one_character_and_white_space_none() -> None:
    codes = Alphabet(GRAMS).codes("0 7\u3000９\n水x😀").tolist()
    assert codes[0] == codes[2] > 0
    assert codes[1] == codes[3] == codes[5] == DROPPED
    assert codes[6] > 0
    assert codes[7] == codes[8] == 0


def test_what_separates_texts_is_in_no_n_gram() -> None:
    trie = GramTrie(["甲" + SEPARATOR, "甲乙"])
    assert trie.walk(trie.alphabet.codes("甲" + SEPARATOR), 2)[1].tolist() == [0]
