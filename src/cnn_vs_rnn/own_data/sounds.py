"""Own recordings: a folder of class folders."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.folders import class_folders, files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.labels import answers_of
from cnn_vs_rnn.own_data.own_task import own_task
from cnn_vs_rnn.own_data.parts import assemble, said_of
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.padding import pad_sequences
from cnn_vs_rnn.tasks.sound import UnusableSoundError, decode

ENDINGS = (".wav", ".flac", ".ogg")
FASTEST = 16_000  # samples a second; speech needs no more
BANDS = 40
_LOOKED_AT = 60  # files whose rate and length are looked at
LONGEST = 10  # times the typical length, beyond which a recording is cut: it would be padding for all others
MOST_BYTES = 200_000_000
_FRAMES = 150  # spectra of a typical recording that a first answer can afford


def inspect_sounds(request: OwnData) -> Found:
    """Rates and lengths of some of the files; everything is decoded when it is ingested."""
    root = Path(request.path)
    layout = class_folders(root, ENDINGS, "recordings")
    answers = answers_of(layout.labels, request.path, layout.parts)
    about = [found for file in layout.files[:: max(1, len(layout.files) // _LOOKED_AT)] if (found := _about(file))]
    rates = Counter(rate for rate, _ in about)
    rate = request.rate or min(rates.most_common(1)[0][0] if rates else FASTEST, FASTEST)
    seconds = statistics.median(length for _, length in about) if about else 1.0
    hop = request.hop or max(10.0, round(1000 * seconds / _FRAMES))
    decided = request.model_copy(update={"rate": rate, "hop": hop, "digest": files_digest(layout.files)})
    count = len(layout.files)
    mixed = f", recorded at {len(rates)} different rates, all" if len(rates) > 1 else ""
    return Found(
        task=own_task(
            decided,
            answers,
            layout.parts,
            name=root.name,
            target=f"{__name__}:load",
            modality="audio",
            description=f"Which of {len(answers.classes)} classes is this recording of?",
        ),
        said=(
            f"{count:,} recordings of about {seconds:.1f} s{mixed} taken at {rate:,} Hz (rate= changes that)",
            f"read as log-mel spectra of {BANDS} bands, one every {hop:g} ms (hop= changes that)",
            answers.said(),
            said_of(layout.parts, "the folders"),
        ),
        samples=count,
        named_test=sum(part == "test" for part in layout.parts or ()),
        steps=max(1, round(1000 * seconds / hop)),
        channels=BANDS,
        outputs=answers.size,
    )


def load(config: TaskConfig) -> RawTask:
    """Log-mel spectra (time, band). Files that cannot be used are quarantined, with the reason."""
    request = OwnData.of(config)
    root = Path(request.path)
    layout = class_folders(root, ENDINGS, "recordings")
    assert request.rate is not None
    assert request.hop is not None
    sequences, kept, quarantined = [], [], list(layout.quarantined)
    for at, file in enumerate(layout.files):
        try:
            sequences.append(spectra(_content(file), request))
            kept.append(at)
        except UnusableSoundError as error:
            quarantined.append((str(file.relative_to(root)), str(error)))
        except OSError as error:
            quarantined.append((str(file.relative_to(root)), f"it cannot be read ({error.strerror})"))
    labels = [layout.labels[at] for at in kept]
    parts = [layout.parts[at] for at in kept]
    answers = answers_of(labels, request.path, parts)
    most = LONGEST * round(statistics.median(map(len, sequences)))
    cut = sum(len(sequence) > most for sequence in sequences)
    sequences = [sequence[:most] for sequence in sequences]
    inputs, lengths = pad_sequences(sequences, max(map(len, sequences)))
    variable = len(set(lengths.tolist())) > 1
    return assemble(
        Samples(inputs, answers.targets(labels), lengths if variable else None),
        parts,
        None,
        input=InputSpec(kind="sequence", channels=BANDS, length=inputs.shape[1], variable=variable),
        output=OutputSpec(size=answers.size),
        classes=answers.classes,
        quarantined=tuple(quarantined),
        notes=(
            f"log-mel spectra of {BANDS} bands every {request.hop:g} ms, at {request.rate:,} Hz",
            *((f"{cut:,} recordings were cut after {most * request.hop / 1000:g} s",) if cut else ()),
        ),
    )


def spectra(content: bytes, request: OwnData) -> Float32[np.ndarray, "frame band"]:
    """The log-mel spectra of a file's bytes, as the request decided; UnusableSoundError where it is no sound."""
    from cnn_vs_rnn.tasks.log_mel import MelOptions, log_mel

    assert request.rate is not None
    assert request.hop is not None
    options = MelOptions(bands=BANDS, hop=request.hop, window=max(25.0, 2 * request.hop))
    return log_mel(decode(content, request.rate), request.rate, options)


def _content(file: Path) -> bytes:
    if (size := file.stat().st_size) > MOST_BYTES:
        raise UnusableSoundError(f"it has {size:,} bytes, more than {MOST_BYTES:,}")
    return file.read_bytes()


def _about(file: Path) -> tuple[int, float] | None:
    """Samples a second, and seconds; None where that cannot be read."""
    import soundfile

    try:
        about = soundfile.info(file)
    except (soundfile.SoundFileError, RuntimeError, ValueError, OSError):
        return None
    return about.samplerate, about.duration
