"""Names by which texts and their translations go: languages, and words such as source and target."""

from __future__ import annotations

import re

SOURCE_NAMES = ("source", "src", "source_text", "original", "input", "text", "sentence")
TARGET_NAMES = ("target", "tgt", "trg", "target_text", "translation", "translated", "output")
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_IN_ENGLISH = """
afrikaans albanian amharic arabic armenian azerbaijani basque belarusian bengali bosnian breton bulgarian burmese
catalan chinese croatian czech danish dutch english esperanto estonian finnish french galician georgian german greek
gujarati hausa hebrew hindi hungarian icelandic igbo indonesian irish italian japanese javanese kannada kazakh khmer
korean kurdish kyrgyz lao latin latvian lithuanian luxembourgish macedonian malay malayalam maltese maori marathi
mongolian nepali norwegian pashto persian polish portuguese punjabi romanian russian sanskrit serbian sinhala slovak
slovenian somali spanish swahili swedish tagalog tamil tatar telugu thai tibetan turkish ukrainian urdu uzbek
vietnamese welsh xhosa yiddish yoruba zulu
"""
_CODES, _NAMES = frozenset(_ISO_639_1.split()), frozenset(_IN_ENGLISH.split())


def is_language(name: str) -> bool:
    """Whether a name is that of a language, with or without a country.

    >>> [is_language(name) for name in ("en", "German", "pt-BR", "zh_cn", "mood")]
    [True, True, True, True, False]
    """
    whole = name.strip().lower()
    if whole in _NAMES:
        return True
    code = re.fullmatch(r"([a-z]{2})(?:[-_][a-z]{2,4})?", whole)
    return code is not None and code[1] in _CODES


def named_pair(names: list[str]) -> tuple[str, str] | None:
    """Of these names that of the texts and that of their translations: by such words, or the first two languages.

    >>> named_pair(["id", "tgt", "src"]), named_pair(["de", "en", "mood"]), named_pair(["review", "mood"])
    (('src', 'tgt'), ('de', 'en'), None)
    """
    plain = {name.strip().lower(): name for name in names}
    source = next((plain[usual] for usual in SOURCE_NAMES if usual in plain), None)
    target = next((plain[usual] for usual in TARGET_NAMES if usual in plain), None)
    if source is not None and target is not None:
        return source, target
    languages = [name for name in names if is_language(name)]
    return (languages[0], languages[1]) if len(languages) >= 2 else None
