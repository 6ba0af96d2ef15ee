"""Says whether what clients saw of one domain can have happened.

Reads what each call was, when it began and ended and what it answered, and which events a listener got and when. A
call takes effect between its begin and its end; an event was told before it was heard. The checker keeps every state
in which the domain may be at a moment, and goes through begins, ends and events in the order of time; when no state
is left, the history is impossible. What a domain may do stands in `lifecycle`.
"""

import collections
import dataclasses
import typing

from .lifecycle import BEGUN, DONE, OFF, State, has_effect, spontaneous, steps


@dataclasses.dataclass
class Call:
    """One call of a client; `end` is None where the daemon was killed before it answered."""

    kind: str
    begin: float
    end: float | None
    client: int = 0
    # The number of libvirt's error; None where the call succeeded.
    error: int | None = None
    message: str = ""
    # What was asked for: a name, a title, a value; what was answered, for reads.
    name: str | None = None
    title: str | None = None
    value: object = None
    paused: bool = False
    # It may fail for reasons that the model doesn't know.
    excused: bool = False
    # While it lasted another client was about to define the domain with another name, or to end it.
    collides: bool = False

    def __str__(self):
        asked = [str(word) for word in (self.name, self.title) if word is not None]
        asked += [repr(self.value)] if self.value is not None else []
        asked += ["paused"] if self.paused else []
        end = "never answered" if self.end is None else f"{self.end:.4f}"
        outcome = "" if self.error is None else f" -> error {self.error}: {self.message}"
        return f"{self.begin:.4f} to {end}: client {self.client}: {' '.join([self.kind, *asked])}{outcome}"


class Event(typing.NamedTuple):
    """A lifecycle event, as it was heard."""

    time: float
    event: int
    detail: int
    name: str

    def __str__(self):
        return f"{self.time:.4f}: event {self.event}.{self.detail} of '{self.name}'"


class Impossible(AssertionError):
    """No order of the calls explains what was seen."""


def collides(call, calls):
    """A name is taken as soon as somebody is about to define it, and seen only when that is done; it is free again once
    whoever has ended the domain is done, too."""
    return call.kind in ("define", "create") and call.error is not None and any(
        other.kind in TAKING and other.name != call.name and other.begin < call.end
        and (other.end is None or other.end > call.begin) for other in calls)


TAKING = ("define", "create", "start", "destroy", "undefine")


class Configuration(typing.NamedTuple):
    """One way in which things may have gone so far: the state, how far each open call is, how many events were told."""

    state: State
    open: tuple
    told: int


class Checker:
    """Follows one domain through time."""

    # More ways than that mean that the model is too loose to say anything.
    limit = 200_000

    def __init__(self, calls, events, states=None, is_lossy=False, is_loose=False):
        """`states`: how the domain may be at first; `is_lossy`: the last events may not have been heard; `is_loose`:
        QEMUs end and calls fail for reasons of their own."""
        if is_loose:
            calls = [dataclasses.replace(call, excused=True) for call in calls]
        self.calls = [dataclasses.replace(call, collides=collides(call, calls)) for call in calls]
        self.events = events
        self.is_lossy, self.is_loose = is_lossy, is_loose
        self.ways = {Configuration(state, (), 0) for state in states or [State()]}

    def run(self):
        """Goes through all that was seen; how the domain may be at the end. Raises `Impossible`."""
        moments = self.moments()
        open, calm = set(), (0, self.ways)
        for index, moment in enumerate(moments):
            if not open:
                calm = (index, self.ways)
            _, what, number = moment
            before, self.ways = self.ways, self.after(what, number)
            if not self.ways:
                raise Impossible(self.story(self.relevant(moments[calm[0]:index + 1], calm[1]), before))
            open = open | {number} if what == "begin" else open - {number} if what == "end" else open
        return self.last()

    def moments(self):
        """Begins, ends and events in the order of time; a begin comes first, so that no order is thought impossible
        that isn't."""
        found = [(call.begin, "begin", number) for number, call in enumerate(self.calls)]
        found += [(call.end, "end", number) for number, call in enumerate(self.calls) if call.end is not None]
        found += [(event.time, "event", number) for number, event in enumerate(self.events)]
        order = {"begin": 0, "end": 1, "event": 2}
        return sorted(found, key=lambda moment: (moment[0], order[moment[1]], moment[2]))

    def after(self, what, number):
        if what == "begin":
            return {self.settled(way._replace(open=(*way.open, (number, None)))) for way in self.ways}
        if what == "event":
            return self.reach(lambda way: way.told > number)
        ended = self.reach(lambda way: (number, DONE) in way.open)
        return {way._replace(open=tuple(entry for entry in way.open if entry[0] != number)) for way in ended}

    def reach(self, is_there):
        """The ways that come from the present ones and are there, each as early as it is."""
        reached, seen = set(), set(self.ways)
        queue = collections.deque(self.ways)
        while queue:
            way = queue.popleft()
            if is_there(way):
                reached.add(way)
                continue
            for next in self.next(way):
                if next not in seen:
                    seen.add(next)
                    queue.append(next)
            if len(seen) > self.limit:
                raise Impossible(f"more than {self.limit} ways to explain a moment: the history can't be judged")
        return reached

    def next(self, way):
        for step in spontaneous(way.state, self.is_loose):
            yield from self.taken(way, step, None)
        for number, stage in way.open:
            if stage != DONE:
                for step in steps(way.state, self.calls[number], stage):
                    yield from self.taken(way, step, number)

    def taken(self, way, step, number):
        """The way after a step, if its events are those that were heard next."""
        told = way.told
        for event in step.events:
            if told < len(self.events):
                if self.events[told][1:] != event:
                    return
                told += 1
            elif not self.is_lossy:
                return
        open = way.open
        if number is not None:
            open = tuple((other, step.stage if other == number else stage) for other, stage in open)
        if way.state.active and step.state.life == OFF:
            # Whoever waits for the guest's end has what it wants.
            open = tuple((other, DONE if stage == BEGUN and self.calls[other].kind == "destroy" else stage)
                         for other, stage in open)
        yield self.settled(Configuration(step.state, open, told))

    def settled(self, way):
        """With every call done that changes nothing and whose answer fits now: waiting would gain nothing."""
        def settle(number, stage):
            call = self.calls[number]
            if stage is not None or has_effect(call) or call.end is None:
                return stage
            fits = any(step.stage == DONE for step in steps(way.state, call, None))
            return DONE if fits else stage
        return way._replace(open=tuple((number, settle(number, stage)) for number, stage in way.open))

    def last(self):
        """Every state that the domain may have now, when calls that were never answered may have been done."""
        if self.is_lossy:
            self.ways = self.everything()
        else:
            self.ways = {way for way in self.everything() if way.told == len(self.events)}
        return {way.state for way in self.ways}

    def everything(self):
        seen = set(self.ways)
        queue = collections.deque(seen)
        while queue:
            for next in self.next(queue.popleft()):
                if next not in seen:
                    seen.add(next)
                    queue.append(next)
        return seen

    # MARK: What to tell

    def relevant(self, moments, ways):
        """Those moments without which the last could be explained: calls that change nothing are left out where the
        rest is as impossible without them."""
        numbers = {number for _, what, number in moments if what == "begin"}
        for number in sorted(numbers, reverse=True):
            fewer = [moment for moment in moments if moment[1] == "event" or moment[2] != number]
            if moments[-1] in fewer and not has_effect(self.calls[number]) and self.fails_last(fewer, ways):
                moments = fewer
        return moments

    def fails_last(self, moments, ways):
        other = Checker(self.calls, self.events, None, self.is_lossy, self.is_loose)
        other.ways = ways
        for index, (_, what, number) in enumerate(moments):
            other.ways = other.after(what, number)
            if not other.ways:
                return index == len(moments) - 1
        return False

    def story(self, moments, ways):
        """What was seen since no call was open, and where it can't go on."""
        _, what, number = moments[-1]
        last = self.events[number] if what == "event" else self.calls[number]
        seen = {(self.calls[number].begin, str(self.calls[number])) for _, what, number in moments if what != "event"}
        seen |= {(self.events[number].time, str(self.events[number])) for _, what, number in moments if what == "event"}
        told = max(way.told for way in ways)
        return "\n".join([
            f"no order of the calls explains this {'event' if what == 'event' else 'answer'}:", f"  {last}",
            "since no call was open last:", *(f"  {text}" for _, text in sorted(seen)),
            "as what the domain may have been before:", *sorted({f"  {way.state}" for way in ways}),
            "events that were heard next:", *(f"  {event}" for event in self.events[told:told + 3])])


def check(calls, events, states=None, is_lossy=False, is_loose=False):
    """The states that one domain may have after a history; raises `Impossible` with what can't be explained."""
    return Checker(calls, events, states, is_lossy, is_loose).run()
