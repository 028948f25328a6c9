"""What holds for every augmentation of sound, series and text."""

import itertools
from pathlib import Path

import pytest
import torch
import yaml

from cnn_vs_rnn.augment_config import AudioPolicy, AugmentConfig, SeriesPolicy, TextPolicy
from cnn_vs_rnn.augmentation.audio import AudioAugmentation
from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.series import SeriesAugmentation
from cnn_vs_rnn.augmentation.text import TextAugmentation
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import UNKNOWN

CONF = Path(__file__).parents[2] / "conf" / "augment"
LENGTHS = torch.tensor([40, 1, 2, 17, 40, 33, 39, 25])
AUDIO = {
    "shift": AudioPolicy(shift=0.3),
    "noise": AudioPolicy(noise=0.2),
    "time_mask": AudioPolicy(time_mask=0.5, masks=2),
    "band_mask": AudioPolicy(band_mask=0.5),
    "all": AudioPolicy(shift=0.3, noise=0.2, time_mask=0.5, band_mask=0.5, masks=2),
}
SERIES = {
    "jitter": SeriesPolicy(jitter=0.2),
    "scaling": SeriesPolicy(scaling=0.2),
    "warping": SeriesPolicy(warping=0.5),
    "window": SeriesPolicy(window=0.5),
    "all": SeriesPolicy(jitter=0.2, scaling=0.2, warping=0.5, window=0.5),
}
MODULES = {
    **{f"audio-{name}": AudioAugmentation(policy) for name, policy in AUDIO.items()},
    **{f"series-{name}": SeriesAugmentation(policy) for name, policy in SERIES.items()},
    "text": TextAugmentation(TextPolicy(token_dropout=0.3)),
}
NOISY = ("audio-noise", "audio-all", "series-jitter", "series-scaling", "series-all")
modules = pytest.mark.parametrize("name", MODULES)


def padded(name, lengths=LENGTHS, channels=6):
    """One random sequence again and again, cut to these lengths and padded with 0."""
    generator = torch.Generator().manual_seed(0)
    valid = torch.arange(40) < lengths[:, None]
    if name == "text":
        return torch.randint(2, 30, (40,), generator=generator).repeat(len(lengths), 1) * valid
    return torch.randn(40, channels, generator=generator).repeat(len(lengths), 1, 1) * valid[..., None]


def padding_of(values, lengths):
    return values[torch.arange(values.shape[1]) >= lengths[:, None]]


@modules
@pytest.mark.parametrize("channels", [1, 6])
def test_shape_and_type_stay_padding_stays_zero_and_the_input_is_not_overwritten(name, channels):
    torch.manual_seed(0)
    inputs, module = padded(name, channels=channels), MODULES[name]
    before = inputs.clone()
    for _ in range(20):
        changed = module(inputs, LENGTHS)
        assert (changed.shape, changed.dtype, changed.device) == (inputs.shape, inputs.dtype, inputs.device)
        assert not padding_of(changed, LENGTHS).any()
        assert torch.isfinite(changed).all()
    assert torch.equal(inputs, before)


@modules
def test_sequences_are_changed_each_in_its_own_way(name):
    torch.manual_seed(0)
    inputs = padded(name, torch.full((16,), 40))
    changed = MODULES[name](inputs, None)
    assert not torch.equal(changed, inputs)
    others = [not torch.equal(one, other) for one, other in itertools.combinations(changed, 2)]
    assert sum(others) > 0.8 * len(others)


@modules
def test_the_global_seed_repeats_it(name):
    module, inputs = MODULES[name], padded(name)
    torch.manual_seed(1)
    first, second = module(inputs, LENGTHS), module(inputs, LENGTHS)
    torch.manual_seed(1)
    assert torch.equal(module(inputs, LENGTHS), first)
    assert not torch.equal(first, second)


@modules
def test_in_eval_mode_nothing_happens_and_nothing_is_stored_in_checkpoints(name):
    module, inputs = MODULES[name], padded(name)
    try:
        assert torch.equal(module.eval()(inputs, LENGTHS), inputs)
    finally:
        module.train()
    assert not module.state_dict()
    assert not list(module.parameters())


@modules
def test_it_runs_on_the_device_of_its_input(name):
    """On torch's `meta` device, which refuses to mix with tensors that lie elsewhere."""
    changed = MODULES[name](padded(name).to("meta"), LENGTHS.to("meta"))
    assert changed.device.type == "meta"


@pytest.mark.parametrize("name", [name for name in MODULES if name not in NOISY and name != "text"])
def test_what_is_beyond_a_sequence_never_enters_it(name):
    """Every value that comes out lies between values of the sequence itself, or is a mask."""
    torch.manual_seed(0)
    inputs = padded(name).abs() + 5
    inputs[torch.arange(40) >= LENGTHS[:, None]] = 1e6
    for _ in range(20):
        changed = MODULES[name](inputs, LENGTHS)
        assert not padding_of(changed, LENGTHS).any()
        for values, wanted, length in zip(changed, inputs, LENGTHS.tolist(), strict=True):
            seen = values[:length]
            assert seen.max() <= wanted[:length].max() + 1e-5
            assert ((seen == 0) | (seen >= wanted[:length].min() - 1e-5)).all()
            assert "mask" in name or (seen != 0).all()


def test_a_shift_moves_by_whole_steps_and_repeats_the_end():
    torch.manual_seed(0)
    inputs = torch.arange(40.0).repeat(64, 1).unsqueeze(-1)
    changed = AudioAugmentation(AudioPolicy(shift=0.25))(inputs).squeeze(-1)
    moved = changed[:, 20] - 20
    assert torch.equal(changed, (torch.arange(40.0) + moved[:, None]).clamp(0, 39))
    assert moved.min() < -5
    assert moved.max() > 5
    assert moved.abs().max() <= 10


@pytest.mark.parametrize("kind", ["time_mask", "band_mask"])
def test_masks_are_single_stretches_no_longer_than_asked(kind):
    torch.manual_seed(0)
    changed = AudioAugmentation(AudioPolicy(**{kind: 0.25}))(torch.ones(256, 40, 40))
    blanked = (changed == 0).all(dim=2 if kind == "time_mask" else 1)
    assert ((changed == 0).sum(dim=(1, 2)) == blanked.sum(1) * 40).all()  # along the whole other axis
    widths = blanked.sum(1)
    assert set(widths.tolist()) == set(range(11))  # a quarter of 40 at most, and every width below
    starts = (blanked.int().diff(dim=1, prepend=torch.zeros(256, 1, dtype=torch.int32)) == 1).sum(1)
    assert torch.equal(starts, (widths > 0).long())
    assert blanked[:, 0].any()
    assert blanked[:, -1].any()


def test_a_waveform_has_no_bands_to_mask():
    inputs = torch.randn(8, 40, 1)
    assert torch.equal(AudioAugmentation(AudioPolicy(band_mask=0.9))(inputs), inputs)


def test_warping_keeps_order_and_ends_and_the_speed_within_bounds():
    torch.manual_seed(0)
    inputs = torch.arange(40.0).repeat(64, 1).unsqueeze(-1)
    changed = SeriesAugmentation(SeriesPolicy(warping=0.5))(inputs).squeeze(-1)
    assert torch.allclose(changed[:, 0], torch.tensor(0.0), atol=1e-4)
    assert torch.allclose(changed[:, -1], torch.tensor(39.0), atol=1e-4)
    speed = changed.diff(dim=1)
    assert speed.min() > 0.5 / 1.5  # the slowest against a fastest everywhere else
    assert speed.max() < 1.5 / 0.5
    assert speed.std(dim=1).min() > 0.02  # not one speed


def test_a_window_is_straight_within_the_series_and_no_shorter_than_asked():
    torch.manual_seed(0)
    inputs = torch.arange(40.0).repeat(256, 1).unsqueeze(-1)
    changed = SeriesAugmentation(SeriesPolicy(window=0.25))(inputs).squeeze(-1)
    speed = changed.diff(dim=1)
    assert torch.allclose(speed, speed[:, :1].expand_as(speed), atol=1e-4)
    assert 0.75 <= speed.min() < 0.77
    assert 0.98 < speed.max() <= 1.0001
    assert changed.min() >= 0
    assert changed.max() <= 39.0001
    assert (changed[:, 0] > 3).any()
    assert (changed[:, -1] < 36).any()


def test_noise_and_scaling_have_the_deviation_asked_for():
    torch.manual_seed(0)
    inputs = torch.ones(4000, 10, 2)
    jittered = SeriesAugmentation(SeriesPolicy(jitter=0.3))(inputs)
    assert jittered.std().item() == pytest.approx(0.3, rel=0.02)
    scaled = SeriesAugmentation(SeriesPolicy(scaling=0.2))(inputs)
    assert torch.equal(scaled, scaled[:, :1].expand_as(scaled))  # one factor a channel
    assert scaled[:, 0].std(0).tolist() == pytest.approx([0.2, 0.2], rel=0.05)
    noisy = AudioAugmentation(AudioPolicy(noise=0.3))(inputs)
    assert noisy.std().item() == pytest.approx(0.3, rel=0.02)


def test_lost_tokens_become_unknown_at_the_rate_asked_for():
    torch.manual_seed(0)
    tokens = padded("text", LENGTHS.repeat(500))
    changed = MODULES["text"](tokens, LENGTHS.repeat(500))
    lost = changed != tokens
    assert (changed[lost] == UNKNOWN).all()
    assert lost.sum().item() / (tokens != 0).sum().item() == pytest.approx(0.3, rel=0.02)
    assert torch.equal(changed == 0, tokens == 0)


def task(modality, output="one"):
    return TaskConfig(
        name="toy",
        target="",
        modality=modality,
        description="",
        source="",
        loss="cross_entropy",
        score="accuracy",
        output=output,
        scale=output != "forecast",
        equivalence=0.01,
    )


@pytest.mark.parametrize(
    ("modality", "output", "wanted"),
    [
        ("audio", "one", AudioAugmentation),
        ("audio", "per_step", type(None)),
        ("series", "one", SeriesAugmentation),
        ("series", "per_step", type(None)),
        ("series", "forecast", type(None)),
        ("text", "one", TextAugmentation),
        ("text", "per_step", TextAugmentation),
        ("synthetic", "one", type(None)),
    ],
)
def test_only_what_keeps_its_answer_is_changed(modality, output, wanted):
    everything = AugmentConfig(name="all", audio=AUDIO["all"], series=SERIES["all"], text=TextPolicy(token_dropout=0.1))
    assert type(augmentation_for(task(modality, output), everything)) is wanted
    assert augmentation_for(task(modality, output), AugmentConfig(name="none")) is None
    nothing = AugmentConfig(name="no", audio=AudioPolicy(masks=3), series=SeriesPolicy(), text=TextPolicy())
    assert augmentation_for(task(modality, output), nothing) is None


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("modality", ["audio", "series", "text"])
def test_every_policy_on_disk_runs(path, modality):
    augment = AugmentConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))
    module = augmentation_for(task(modality), augment)
    assert (module is None) == (getattr(augment, modality) is None)
    if module is not None:
        inputs = padded(modality)
        assert not torch.equal(module(inputs, LENGTHS), inputs)
