import io
import sys
import types

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from cnn_vs_rnn.augment_config import AudioPolicy, AugmentConfig, ImagePolicy, SeriesPolicy, TextPolicy
from cnn_vs_rnn.augmentation.answers import answer_text
from cnn_vs_rnn.augmentation.policy_words import policy_words
from cnn_vs_rnn.augmentation.preview import render_preview
from cnn_vs_rnn.augmentation.scaling import prepare
from cnn_vs_rnn.augmentation.sheet import font
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import IGNORED, Forecast, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, translation_task
from cnn_vs_rnn.tasks.store import ingest

DIGITS = TaskConfig(
    name="digits",
    target="cnn_vs_rnn.tasks.digits:load",
    modality="image",
    description="",
    source="",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.01,
    test_fraction=0.25,
)
MILD = AugmentConfig(name="mild", image=ImagePolicy(rotate_degrees=10, translate=0.08, scale=0.1))
NONE = AugmentConfig(name="none")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    root = tmp_path_factory.mktemp("digits")
    return prepare(ingest(DIGITS, root / "raw"), DIGITS, range(1), root / "prepared")


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_augmented_images_stand_beneath_the_originals(digits):
    plain, augmented = (pixels(render_preview(digits, DIGITS, augment)) for augment in (NONE, MILD))
    assert plain.shape[1] == augmented.shape[1] >= 900
    assert augmented.shape[0] > plain.shape[0]
    assert (augmented > 240).all(axis=2).mean() > 0.5  # mostly light


def test_the_same_seed_draws_the_same_picture_and_leaves_the_global_seed_alone(digits):
    torch.manual_seed(7)
    wanted = torch.rand(1)
    torch.manual_seed(7)
    first = render_preview(digits, DIGITS, MILD)
    assert torch.equal(torch.rand(1), wanted)
    assert render_preview(digits, DIGITS, MILD) == first


@pytest.mark.parametrize("samples", [1, 3, 8])
def test_any_number_of_samples_fits(digits, samples):
    assert pixels(render_preview(digits, DIGITS, MILD, samples=samples)).shape[1] >= 900


def test_long_class_names_do_not_overlap(digits):
    names = tuple(f"a class of a very long name {number}" for number in range(10))
    renamed = digits.model_copy(update={"task": digits.task.model_copy(update={"classes": names})})
    assert pixels(render_preview(renamed, DIGITS, MILD)).shape[1] >= 900


def made_up(name, tmp_path, raw, **settings):
    """A task out of memory, ingested and prepared for real, and its configuration."""
    module = types.ModuleType(name)
    module.load = lambda config: raw
    sys.modules[name] = module
    config = DIGITS.model_copy(update={"name": name, "target": f"{name}:load", **settings})
    try:
        return prepare(ingest(config, tmp_path / "raw"), config, range(1), tmp_path / "prepared"), config
    finally:
        del sys.modules[name]


def sequences(channels, steps=30, samples=40, **output):
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(samples, steps, channels)).astype(np.float32)
    lengths = draw.integers(1, steps + 1, samples)
    spec = InputSpec(kind="sequence", channels=channels, length=steps, variable=True)
    targets = np.arange(samples) % 2
    return RawTask(
        Samples(inputs, targets, lengths), None, spec, OutputSpec(size=2, **output), classes=("Käfer", "ßő" * 40)
    )


def texts(vocabulary, spread=1):
    draw = np.random.default_rng(0)
    tokens = draw.integers(1, len(vocabulary), (40, 300))
    lengths = draw.integers(1, 301, 40) // spread + 1
    tokens[np.arange(300) >= lengths[:, None]] = 0
    spec = InputSpec(kind="tokens", channels=4, length=300, variable=True, vocabulary=len(vocabulary))
    targets = np.arange(40) % 2
    return RawTask(
        Samples(tokens, targets, lengths), None, spec, OutputSpec(size=2), classes=("yes", "no"), vocabulary=vocabulary
    )


WORDS = ("[PAD]", "[UNK]", "endless" * 40, *(f"word{number}" for number in range(30)))
LETTERS = ("[PAD]", "[UNK]", *"abcdefghij \n\t\u0007")
ALL = AugmentConfig(
    name="all",
    audio=AudioPolicy(shift=0.1, noise=0.1, time_mask=0.2, band_mask=0.2),
    series=SeriesPolicy(jitter=0.1, scaling=0.1, warping=0.2, window=0.2),
    text=TextPolicy(token_dropout=0.3),
)


@pytest.mark.parametrize(
    ("modality", "raw"),
    [
        ("audio", sequences(40)),
        ("audio", sequences(1, steps=3000)),
        ("series", sequences(3)),
        ("series", sequences(12, steps=150)),
        ("text", texts(WORDS)),
        ("text", texts(WORDS, spread=60)),
        ("text", texts(LETTERS)),
    ],
    ids=["spectrogram", "waveform", "lines", "table", "words", "short", "characters"],
)
@pytest.mark.parametrize("samples", [1, 8])
def test_every_modality_stands_above_its_augmentation(tmp_path, modality, raw, samples):
    prepared, config = made_up("made_up_task", tmp_path, raw, modality=modality)
    plain, augmented = (pixels(render_preview(prepared, config, augment, samples=samples)) for augment in (NONE, ALL))
    assert plain.shape[1] == augmented.shape[1] == 1600
    assert augmented.shape[0] > plain.shape[0]
    assert (augmented > 200).all(axis=2).mean() > 0.5
    assert (augmented[:, -20:] == 255).all()  # nothing runs off the sheet
    assert (augmented[-20:] == 255).all()


def test_dropped_tokens_are_marked_where_they_stood(tmp_path):
    prepared, config = made_up("made_up_words", tmp_path, texts(WORDS), modality="text")
    orange = np.array([0xD9, 0x66, 0x2B])
    marked = {
        drop: (
            pixels(render_preview(prepared, config, AugmentConfig(name="x", text=TextPolicy(token_dropout=drop))))
            == orange
        )
        .all(axis=2)
        .sum()
        for drop in (0.0, 0.1, 0.4)
    }
    assert marked[0.0] == 0
    assert 2 * marked[0.1] < marked[0.4]


SOURCES = [
    "A girl in a white dress runs.",
    " ".join("".join(np.random.default_rng(n).permutation(list("abcdefghijklmnop"))) for n in range(12)),
    "Kärntner Straße 12\u20ac \U0001f642 \u6771\u4eac",
]
TARGETS = ["Ein Mädchen in weißem Kleid läuft.", "Zwei Männer und ein alter Hund.", "\u201eGrüße\u201c aus Wörgl"]


@pytest.fixture
def translation(tmp_path):
    """Sentences and translations, cut into pieces as small as bytes."""
    sources = [f"{text} {number}" for number, text in enumerate(SOURCES * 8)]
    pairs = TextPairs(sources, TARGETS * 8, [f"line {number}" for number in range(24)])
    settings = {"modality": "text", "output": "sequence", "score": "chrf", "test_fraction": 0.25}
    name = "made_up_translation_preview"
    module = types.ModuleType(name)
    config = DIGITS.model_copy(update={"name": name, "target": f"{name}:load", **settings})
    module.load = lambda config: translation_task(config, PairOptions(vocabulary=300, longest=300), pairs, None)
    sys.modules[name] = module
    try:
        return prepare(ingest(config, tmp_path / "raw"), config, range(1), tmp_path / "prepared"), config
    finally:
        del sys.modules[name]


@pytest.fixture
def written(monkeypatch):
    """Whatever is written on a picture, with where it stands."""
    found, text = [], ImageDraw.ImageDraw.text

    def record(draw, xy, words, *arguments, **options):
        found.append((xy, words))
        return text(draw, xy, words, *arguments, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", record)
    return found


def test_a_translation_stands_beneath_its_source_in_letters(translation, written):
    prepared, config = translation
    drawn = pixels(render_preview(prepared, config, NONE, samples=8))
    assert drawn.shape[1] == 1600
    assert (drawn[:, -20:] == 255).all()
    words = "".join(text for _, text in written)
    assert not set("ĠÃÅâð\N{REPLACEMENT CHARACTER}") & set(words)
    assert words.count("source") == words.count("target") > 1
    for wanted in ("Agirlinawhitedressruns.", "EinMädcheninweißemKleidläuft.", "Straße", "\u6771\u4eac"):
        assert wanted in words


def test_no_word_of_a_translation_is_torn_apart(translation, written):
    prepared, config = translation
    render_preview(prepared, config, NONE, samples=8)
    lines = {}
    for (x, y), text in written:
        if x > 200:
            lines.setdefault(y, []).append(text)
    long = SOURCES[1].split()
    starts = {sum(map(len, long[:number])) for number in range(len(long))}
    torn = [found for texts in lines.values() if (found := "".join(long).find("".join(texts).rstrip("\u2026"))) > 0]
    assert torn
    assert set(torn) <= starts


def test_dropped_subwords_are_blocks_in_the_source_alone(translation):
    prepared, config = translation
    orange = np.array([0xD9, 0x66, 0x2B])
    marked = {
        drop: (
            pixels(render_preview(prepared, config, AugmentConfig(name="x", text=TextPolicy(token_dropout=drop))))
            == orange
        )
        .all(axis=2)
        .sum()
        for drop in (0.0, 0.1, 0.4)
    }
    assert marked[0.0] == 0
    assert 2 * marked[0.1] < marked[0.4]


@pytest.mark.parametrize(
    ("target", "output", "classes", "wanted"),
    [
        (np.array(1), OutputSpec(size=2), ("no", "yes"), "yes"),
        (np.array([0.25]), OutputSpec(size=1), (), "target 0.25"),
        (np.array([1, 0, 1, 0]), OutputSpec(size=4, labels=True), tuple("abcd"), "a c"),
        (np.zeros(2), OutputSpec(size=2, labels=True), tuple("ab"), "no label"),
        (
            np.array([[1, 0], [1, 1], [IGNORED, IGNORED]]),
            OutputSpec(size=2, labels=True, per_step=True),
            ("C4", "E4"),
            "in the end: C4 E4",
        ),
        (np.array([0, 1, 1, IGNORED]), OutputSpec(size=2, per_step=True), ("no", "yes"), "answer … no yes yes"),
        (np.array([2, 3, 4, 2]), OutputSpec(size=5, per_step=True), ("[PAD]", "[UNK]", *"ab "), "answer … ab a"),
        (
            np.array([1.5, 2, 3, 4, -0.123456]),
            OutputSpec(size=5, forecast=Forecast(horizon=5, channels=(0,))),
            (),
            "then 1.5 2 3 … -0.123",
        ),
    ],
)
def test_answers_in_words(target, output, classes, wanted):
    assert answer_text(target, output, classes) == wanted


@pytest.mark.parametrize(
    ("modality", "channels", "wanted"),
    [
        ("audio", 40, "up to 20% of the bands blanked"),
        ("series", 3, "up to 20% cut off and the rest stretched, speed varied by 20%"),
        ("text", 4, "augmented at random: 30% of the tokens dropped"),
        ("image", 1, "training samples, not augmented"),
    ],
)
def test_the_policy_in_words(modality, channels, wanted):
    config = DIGITS.model_copy(update={"modality": modality})
    assert wanted in policy_words(config, ALL, channels)
    assert policy_words(config, NONE, channels) == "training samples, not augmented"


def test_what_does_not_happen_is_not_said():
    waveform = policy_words(DIGITS.model_copy(update={"modality": "audio"}), ALL, 1)
    assert "bands" not in waveform
    flip = AugmentConfig(name="flip", image=ImagePolicy(horizontal_flip=True))
    assert policy_words(DIGITS, flip, 1) == "training samples, not augmented"
    assert policy_words(DIGITS.model_copy(update={"mirror": True}), flip, 1) == "augmented at random: mirrored"


def test_the_font_knows_european_letters():
    unknown = font(24).getmask("\uffff")
    for letter in "äöüßéñçøžŁ€↵…°абвΣ":
        assert bytes(font(24).getmask(letter)) != bytes(unknown), letter
