from text.reasons import REASON_WORDS, Reason


def test_every_reason_has_words_in_both_languages():
    assert set(REASON_WORDS) == set(Reason)
    assert all(zh and en for zh, en in REASON_WORDS.values())
