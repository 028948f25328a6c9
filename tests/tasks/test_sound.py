"""Recordings are decoded to one channel at one rate, or named as unusable; log-mel bands hold what they should."""

import io

import numpy as np
import pytest
import soundfile
from mirror import needs_mirror
from scipy.signal import find_peaks

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.log_mel import MelOptions, from_mel, log_mel, mel_filters, to_mel
from cnn_vs_rnn.tasks.sound import UnusableSoundError, decode


def tone(hertz, rate, seconds=1.0):
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def file_of(samples, rate, kind="WAV", subtype=None):
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format=kind, subtype=subtype)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
@pytest.mark.parametrize("rate", [8000, 16000, 44100, 11025])
def test_a_tone_stays_the_same_tone_at_another_rate(kind, rate):
    content = file_of(tone(440, rate), rate, kind)
    decoded = decode(content, 8000)
    assert decoded.dtype == np.float32
    assert len(decoded) == pytest.approx(8000, abs=200)
    spectrum = np.abs(np.fft.rfft(decoded))
    assert spectrum.argmax() * 8000 / len(decoded) == pytest.approx(440, abs=2)
    assert np.abs(decoded[1000:-1000]).max() == pytest.approx(0.5, abs=0.03)


def test_channels_are_mixed():
    stereo = np.stack([tone(440, 8000), np.zeros(8000, np.float32)], axis=1)
    assert np.abs(decode(file_of(stereo, 8000), 8000)).max() == pytest.approx(0.25, abs=0.01)


WAV = file_of(tone(440, 8000), 8000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"RIFF", "it cannot be decoded as sound"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "it cannot be decoded as sound"),
        (b"these are words", "it cannot be decoded as sound"),
        (file_of(tone(440, 8000), 8000, "OGG")[:60], "it cannot be decoded as sound"),
        (file_of(np.zeros(0, np.float32), 8000), "it holds no sound"),
        (file_of(np.zeros(8000, np.float32), 8000), "it is silent"),
        (file_of(np.full(8000, 0.3, np.float32), 8000), "it is silent"),
        (file_of(tone(440, 8000, 0.005), 8000), "it is only 40 samples long"),
        (file_of(np.array([np.nan, 1] * 400, np.float32), 8000, subtype="FLOAT"), "it holds NaN or infinite values"),
    ],
    ids=["empty", "header", "picture", "text", "cut", "no_sample", "silent", "constant", "click", "nan"],
)
def test_what_cannot_be_used_says_why(content, reason):
    with pytest.raises(UnusableSoundError) as error:
        decode(content, 8000)
    assert str(error.value) == reason


def test_mel_values_are_those_of_the_book():
    # O'Shaughnessy's formula is made so that 1000 Hz are 1000 mel
    np.testing.assert_allclose(to_mel(np.array([0.0, 700, 1000, 4000])), [0, 781.17, 999.99, 2146.06], atol=0.02)
    hertz = np.linspace(0, 8000, 100)
    np.testing.assert_allclose(from_mel(to_mel(hertz)), hertz, atol=1e-6)


@pytest.mark.parametrize(("bands", "size", "rate"), [(40, 256, 8000), (80, 512, 16000), (64, 128, 8000)])
def test_filters_cover_every_frequency_and_none_is_empty(bands, size, rate):
    filters = mel_filters(bands, size, rate)
    assert filters.shape == (bands, size // 2 + 1)
    assert (filters >= 0).all()
    assert (filters.sum(axis=1) > 0).all()
    assert (np.diff(filters.argmax(axis=1)) >= 0).all()  # from low to high


@pytest.mark.parametrize("hertz", [200, 440, 1000, 2000, 3500])
def test_a_tone_lands_in_the_band_around_it(hertz):
    options = MelOptions()
    frames = log_mel(tone(hertz, 8000), 8000, options)
    centres = from_mel(np.linspace(0, to_mel(4000.0), options.bands + 2))[1:-1]
    loudest = frames.mean(axis=0).argmax()
    assert abs(loudest - np.abs(centres - hertz).argmin()) <= 1
    assert len(find_peaks(frames.mean(axis=0), prominence=6)[0]) <= 1


def test_frames_come_at_the_hop_and_a_louder_tone_has_more_energy():
    options = MelOptions(bands=20, window=20, hop=5)
    quiet, loud = (log_mel(gain * tone(440, 8000, 0.5), 8000, options) for gain in (0.1, 1.0))
    assert quiet.shape == (97, 20)  # (500 - 20) / 5 + 1
    np.testing.assert_allclose((loud - quiet).max(axis=1), 2 * np.log(10), rtol=2e-3)
    assert log_mel(tone(440, 8000, 0.01), 8000, options).shape == (1, 20)  # shorter than a window


def test_silence_is_finite_and_time_is_local():
    silence = log_mel(np.zeros(4000, np.float32), 8000, MelOptions())
    assert np.isfinite(silence).all()
    both = np.concatenate([tone(440, 8000, 0.5), np.zeros(4000, np.float32)])
    frames, alone = log_mel(both, 8000, MelOptions()), log_mel(both[:4000], 8000, MelOptions())
    np.testing.assert_allclose(frames[: len(alone)], alone, atol=1e-4)
    assert (frames[-10:] == silence[-10:]).all()


def spoken(**options):
    import yaml
    from contest import CONF

    config = yaml.safe_load((CONF / "task" / "spoken_digits.yaml").read_text(encoding="utf-8"))
    config["options"] |= options
    return load_task(TaskConfig(**config))


@needs_mirror
def test_the_official_test_part_is_five_of_each_speaker_and_digit():
    raw = spoken()
    assert (len(raw.pool), len(raw.test)) == (1800, 200)
    assert np.bincount(raw.test.targets).tolist() == [20] * 10
    assert raw.groups is None
    assert raw.input.channels == 40
    assert not raw.quarantined


@needs_mirror
def test_by_speaker_the_test_speaker_is_never_heard_in_training():
    official, raw = spoken(), spoken(split="speaker", unheard="theo")
    assert (len(raw.pool), len(raw.test)) == (1500, 500)
    assert set(raw.groups) == {"jackson", "nicolas", "yweweler"}
    everything = np.concatenate([official.pool.inputs.sum((1, 2)), official.test.inputs.sum((1, 2))])
    again = np.concatenate([raw.pool.inputs.sum((1, 2)), raw.test.inputs.sum((1, 2))])
    np.testing.assert_array_equal(np.sort(everything), np.sort(again))


@needs_mirror
def test_waveforms_can_be_limited():
    raw = spoken(features="waveform", seconds=0.5)
    assert raw.pool.inputs.shape == (1800, 4000, 1)
    assert raw.pool.lengths.max() == 4000
    assert np.abs(raw.pool.inputs).max() <= 1
