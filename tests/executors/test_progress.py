"""How much is done and how long it will take, on a clock that the test moves."""

import io
from itertools import pairwise

import pytest
from rich.console import Console

from cnn_vs_rnn.costs.estimate import Estimate
from cnn_vs_rnn.executors.progress import LINE_EVERY_SECONDS, TrainingProgress, in_words
from cnn_vs_rnn.trials.folder import TrialFolder


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def train(folder, rounds):
    """What is on disk after these rounds."""
    folder.mkdir(exist_ok=True)
    TrialFolder(folder).history.write_text("round\n" + "".join(f"{number}\n" for number in range(rounds)))


class Watched:
    """Two trials of 100 rounds, expected to take 50 s and 150 s, at most twice as long."""

    def __init__(self, root, workers=1, reused=0, terminal=False):
        self.clock = Clock()
        self.text = io.StringIO()
        self.short, self.long = root / "short", root / "long"
        self.console = Console(file=self.text, force_terminal=terminal, width=100)
        self.progress = TrainingProgress(
            {self.short: Estimate(50.0, 100.0), self.long: Estimate(150.0, 300.0)},
            {self.short: 100, self.long: 100},
            reused=reused,
            workers=workers,
            console=self.console,
            clock=self.clock,
        )

    def after(self, seconds):
        self.clock.now += seconds
        self.progress.tick([self.short, self.long])
        return self.progress

    def lines(self):
        return self.text.getvalue().splitlines()


def test_before_anything_is_done_the_estimates_speak(tmp_path):
    progress = Watched(tmp_path).progress
    assert progress.share_done() == 0
    assert progress.seconds_left() == 200
    assert Watched(tmp_path, workers=2).progress.seconds_left() == 100
    assert Watched(tmp_path, workers=8).progress.seconds_left() == 100  # there are only two trials


def test_rounds_count_while_a_trial_trains_and_all_of_it_when_it_has_ended(tmp_path):
    watched = Watched(tmp_path)
    train(watched.short, 10)
    assert watched.after(10).share_done() == pytest.approx(10 / 200)  # 10 of 100 rounds that take 100 s at most
    train(watched.short, 90)
    assert watched.after(10).share_done() == pytest.approx(0.95 * 50 / 200)  # beyond what is expected, not yet ended
    watched.progress.trial_ended(watched.short, None)
    assert watched.progress.share_done() == pytest.approx(50 / 200)
    watched.progress.trial_ended(watched.long, "RuntimeError: no")
    assert watched.progress.share_done() == 1
    assert watched.progress.seconds_left() == 0
    assert watched.progress.failed == 1


def test_the_speed_so_far_corrects_the_estimates_more_and_more(tmp_path):
    watched = Watched(tmp_path)
    watched.clock.now += 100  # twice as long as estimated
    watched.progress.trial_ended(watched.short, None)
    assert watched.progress.seconds_left() == pytest.approx(0.25 * 300 + 0.75 * 150)
    train(watched.long, 45)
    watched.after(270)
    by_speed, by_estimate, share = 15 * 370 / 185, 15, 185 / 200
    assert watched.progress.seconds_left() == pytest.approx(share * by_speed + (1 - share) * by_estimate)


def test_rounds_of_a_run_that_was_killed_are_done_but_say_nothing_of_this_runs_speed(tmp_path):
    train(tmp_path / "long", 40)
    watched = Watched(tmp_path)
    assert watched.progress.share_done() == pytest.approx(120 / 200)
    assert watched.progress.seconds_left() == 80
    assert watched.after(5).seconds_left() == 80
    watched.clock.now += 95
    watched.progress.trial_ended(watched.short, None)  # 50 in 100 seconds
    assert watched.progress.seconds_left() == pytest.approx(50 / 80 * 60 + 30 / 80 * 30)


def test_a_trial_that_starts_again_from_nothing_is_no_progress(tmp_path):
    train(tmp_path / "long", 40)
    watched = Watched(tmp_path)
    TrialFolder(watched.long).discard()
    assert watched.after(10).seconds_left() == 200


def test_a_tick_reads_the_trials_in_training_alone(tmp_path, monkeypatch):
    folders = [tmp_path / str(number) for number in range(50)]
    estimates = dict.fromkeys(folders, Estimate(50.0, 100.0))
    console = Console(file=io.StringIO())
    progress = TrainingProgress(estimates, dict.fromkeys(folders, 100), reused=0, workers=2, console=console)
    read = []
    monkeypatch.setattr(TrialFolder, "rounds_trained", lambda folder: read.append(folder.path) or 10)
    progress.tick(folders[:2])
    assert read == folders[:2]
    assert progress.share_done() == pytest.approx(2 * 10 / (50 * 50))
    progress.trial_ended(folders[0], None)
    progress.tick(folders[1:3])
    assert read == [*folders[:2], *folders[1:3]]  # one that has ended is not read again, nor those that wait
    assert progress.share_done() == pytest.approx((50 + 10 + 10) / (50 * 50))


def test_trials_that_nobody_knew_of_before_are_counted_with_what_is_done_of_them_already(tmp_path):
    watched = Watched(tmp_path)
    watched.clock.now += 200
    for folder in (watched.short, watched.long):
        watched.progress.trial_ended(folder, None)
    later, begun = tmp_path / "later", tmp_path / "begun"
    train(begun, 50)  # by a run that was killed
    added = dict.fromkeys((later, begun), Estimate(100.0, 100.0))
    watched.progress.add(added, dict.fromkeys(added, 100), workers=2)
    assert watched.progress.counted() == (2, 4)
    assert watched.progress.share_done() == pytest.approx(250 / 400)
    by_speed, by_estimate, share = 150 * 200 / 200, 150 / 2, 200 / 350
    assert watched.progress.seconds_left() == pytest.approx(share * by_speed + (1 - share) * by_estimate)
    for folder in added:
        watched.progress.trial_ended(folder, None)
    assert watched.progress.share_done() == 1


def test_trials_can_be_added_where_all_the_others_are_reused(tmp_path):
    progress = TrainingProgress({}, {}, reused=7, workers=1, console=Console(file=io.StringIO()), clock=Clock())
    added = [tmp_path / "one", tmp_path / "other"]
    progress.add(dict.fromkeys(added, Estimate(40.0, 40.0)), dict.fromkeys(added, 100), workers=2)
    assert progress.counted() == (7, 9)
    assert progress.seconds_left() == 40


def test_with_nothing_to_train_all_is_done():
    progress = TrainingProgress({}, {}, reused=7, workers=2, console=Console(file=io.StringIO()))
    assert progress.share_done() == 1
    assert progress.seconds_left() == 0


def test_in_a_log_file_a_line_is_written_now_and_then(tmp_path):
    watched = Watched(tmp_path, reused=3)
    watched.after(LINE_EVERY_SECONDS / 2)
    assert watched.lines() == []
    watched.after(LINE_EVERY_SECONDS / 2)
    assert watched.lines() == ["training 3/5 trials, about 3 min left"]
    watched.after(1)
    assert len(watched.lines()) == 1
    watched.progress.trial_ended(watched.long, None)
    watched.after(LINE_EVERY_SECONDS)
    assert watched.lines()[1].startswith("training 4/5 trials, about ")
    watched.progress.close()
    assert len(watched.lines()) == 2


@pytest.mark.parametrize(("minutes", "lines", "longest"), [(3, (8, 9), 20), (40, (25, 40), 270), (300, (75, 95), 300)])
def test_the_log_of_a_long_run_stays_short(tmp_path, minutes, lines, longest):
    watched = Watched(tmp_path)
    written = [0]
    for second in range(10, minutes * 60 + 1, 10):
        watched.after(10)
        if len(watched.lines()) >= len(written):
            written.append(second)
    assert lines[0] <= len(written) - 1 <= lines[1]
    assert max(later - before for before, later in pairwise(written)) <= longest


def test_on_a_terminal_one_bar_is_redrawn_and_removed(tmp_path):
    watched = Watched(tmp_path, terminal=True)
    watched.progress.trial_ended(watched.long, None)
    watched.progress._bar.refresh()
    assert "1/2 trials" in watched.text.getvalue()
    watched.progress.close()
    assert watched.text.getvalue().endswith("\x1b[2K")  # the line is erased


def test_the_bar_goes_with_the_last_trial_and_comes_back_with_more(tmp_path):
    watched = Watched(tmp_path, terminal=True)
    for folder in (watched.short, watched.long):
        watched.progress.trial_ended(folder, None)
    assert watched.text.getvalue().endswith("\x1b[2K")
    watched.progress.add({tmp_path / "more": Estimate(5.0, 5.0)}, {tmp_path / "more": 10}, workers=1)
    watched.progress._bar.refresh()
    assert "2/3 trials" in watched.text.getvalue()
    watched.progress.trial_ended(tmp_path / "more", None)
    assert watched.text.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "5 s"),
        (8.0, "10 s"),
        (54.0, "55 s"),
        (55.0, "1 min"),
        (95.0, "2 min"),
        (3569.0, "59 min"),
        (3600.0, "1 h 0 min"),
        (4000.0, "1 h 7 min"),
        (90_000.0, "25 h 0 min"),
    ],
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words
