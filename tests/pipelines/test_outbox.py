"""What MLflow is owed: in order, not twice at once, and without holding up what runs beside."""

import pytest

from pipelines.outbox import RETRY_SECONDS, SLICE_SECONDS, Outbox


class AwayError(Exception):
    pass


class RefusalError(Exception):
    pass


class World:
    """A clock, an MLflow that is there or away, and what it was told."""

    def __init__(self):
        self.now = 0.0
        self.away = False
        self.told = []
        self.probes = 0
        self.forgot = 0
        self.outbox = Outbox(
            "http://mlflow",
            (AwayError, RefusalError),
            lambda error: isinstance(error, AwayError),
            self.answers,
            self.forget,
            lambda: self.now,
            self.sleep,
        )

    def answers(self):
        self.probes += 1
        return not self.away

    def forget(self):
        self.forgot += 1

    def sleep(self, seconds):
        self.now += seconds

    def tell(self, what, seconds=0.0):
        def action():
            self.now += seconds
            if self.away:
                raise AwayError
            self.told.append(what)

        return action


@pytest.fixture
def world():
    return World()


def test_what_is_sent_is_told_at_once_after_what_was_posted_before(world):
    world.outbox.post("a", world.tell("a"))
    assert world.told == []
    world.outbox.send("b", world.tell("b"))
    assert world.told == ["a", "b"]
    assert world.outbox.owed == []


def test_an_outage_is_said_once_and_everything_is_told_in_order_afterwards(world, caplog):
    caplog.set_level("INFO")
    world.away = True
    for what in "abc":
        world.outbox.send(what, world.tell(what))
        world.outbox.tick()
    assert world.outbox.owed == ["a", "b", "c"]
    assert world.forgot == 1  # it was asked once only
    world.now += RETRY_SECONDS
    world.outbox.tick()
    assert world.probes == 1
    world.away = False
    world.outbox.tick()
    assert world.told == []  # not before it is time
    world.now += RETRY_SECONDS
    world.outbox.tick()
    assert world.told == ["a", "b", "c"]
    assert [record.message for record in caplog.records] == [
        "tracking  MLflow at http://mlflow does not answer: training goes on, what is owed is recorded when it is back",
        "tracking  MLflow at http://mlflow is back: what was owed is recorded",
    ]


def test_a_tick_ends_after_its_time_and_the_next_one_goes_on(world):
    for what in "abcd":
        world.outbox.post(what, world.tell(what, seconds=0.4 * SLICE_SECONDS))
    world.outbox.tick()
    assert world.told == ["a", "b", "c"]
    world.outbox.tick()
    assert world.told == ["a", "b", "c", "d"]


def test_what_is_idle_comes_after_all_that_waits(world):
    world.outbox.post_idle("idle", world.tell("idle"))
    world.outbox.post("a", world.tell("a", seconds=SLICE_SECONDS))
    world.outbox.tick()
    assert world.told == ["a"]
    world.outbox.tick()
    assert world.told == ["a", "idle"]


def test_what_waits_under_a_key_is_posted_once(world):
    for _ in range(3):
        world.outbox.post("epochs", world.tell("epochs"), key="epochs of a")
    world.outbox.tick()
    world.outbox.post("epochs", world.tell("epochs"), key="epochs of a")
    world.outbox.tick()
    assert world.told == ["epochs", "epochs"]


def test_a_refusal_is_kept_and_the_others_go_on(world):
    def refuse():
        raise RefusalError("a name with a\nbreak")

    world.outbox.post("a", refuse)
    world.outbox.send("b", world.tell("b"))
    assert world.told == ["b"]
    assert world.outbox.refused == ["a (a name with a break)"]
    assert world.forgot == 1


def test_a_mistake_of_the_program_is_raised(world):
    with pytest.raises(ZeroDivisionError):
        world.outbox.send("a", lambda: 1 / 0)


@pytest.mark.parametrize("back_after", [None, 12.0])
def test_the_end_waits_for_so_long_and_no_longer(world, back_after):
    world.away = True
    world.outbox.send("a", world.tell("a"))
    sleep = world.sleep

    def come_back(seconds):
        sleep(seconds)
        world.away = back_after is None or world.now < back_after

    world.outbox._sleep = come_back
    assert world.outbox.wait(60.0) is (back_after is not None)
    assert world.now == (60.0 if back_after is None else 15.0)
    assert world.told == ([] if back_after is None else ["a"])
