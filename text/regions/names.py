"""What makes no difference in a region's name, its short name, and how it is typed in Latin letters."""

import re
import unicodedata

_PEOPLES = (
    "各族|蒙古族?|哈萨克族?|塔吉克族?|锡伯族?|(?:满|回|藏|壮|苗|瑶|侗|彝|黎|羌|畲|傣|水|土|白|怒|佤|土家|布依|仡佬|仫佬|毛南|哈尼|"
    "拉祜|布朗|纳西|傈僳|普米|独龙|裕固|保安|东乡|撒拉|朝鲜|达斡尔|鄂温克|鄂伦春)族"
)
_SELF_GOVERNED = re.compile(rf"(?<=..)(?:{_PEOPLES})*自治[县旗]$")
_SUFFIX = re.compile(r"(?:林区|特区|新区|矿区|县|区|市|(?<![左右前后中])旗)$")
_UNIT = re.compile(r"(?:人民政府|县委|区委|市委|政府)$")
_COUNTY_WORD = re.compile(r"(?: county| district| city)$")


def key(name: str) -> str:
    """Fold what makes no difference: width, spaces, case, 人民政府, County."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().lower()
    folded = _COUNTY_WORD.sub("", folded).replace(" ", "")
    return _UNIT.sub("", folded) or folded


def short_name(name: str) -> str:
    """Return the name without 县, 区, 市 and whose self-government it is; one of a single character keeps them."""
    short = _SELF_GOVERNED.sub("", name)
    short = _SUFFIX.sub("", short) if short == name else short
    return short if len(short) >= 2 else name


def spellings(name: str) -> list[str]:
    """Return how the name is typed in Latin letters: beishanxian, beishan, bsx, bs."""
    from pypinyin import lazy_pinyin  # 55 MB and 0.3 s: only when regions are loaded

    found = []
    for form in (name, short_name(name)):
        syllables = lazy_pinyin(form)
        found += ["".join(syllables), "".join(syllable[0] for syllable in syllables)]
    return list(dict.fromkeys(found))
