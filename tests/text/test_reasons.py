from text.reasons import REASON_WORDS, Reason


def test_every_reason_has_words_in_both_languages():
    assert set(REASON_WORDS) == set(Reason)
    assert all(zh and en for zh, en in REASON_WORDS.values())


def test_chinese_words_have_chinese_punctuation_and_english_ones_do_not():
    assert not [zh for zh, _ in REASON_WORDS.values() if set(zh) & set(",();:")]
    assert all(en.isascii() for _, en in REASON_WORDS.values())
