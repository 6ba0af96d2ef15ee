"""What a domain may do: its states, and what each call, each end of a QEMU and each event means in them.

A model in small steps. A call takes effect in one step or in several (a start begins, tells its events, is done), at
moments between its begin and its end that nobody sees; `steps` says from each state what may come next. What is not a
step of somebody's is impossible, and a history that needs it is a fault of the daemon's.
"""

import typing

OFF, STARTING, RUNNING, PAUSED = "off", "starting", "running", "paused"

# Lifecycle events, by their numbers in libvirt's interface: (event, detail).
ADDED, UPDATED, DEFINED_RENAMED = (0, 0), (0, 1), (0, 2)
REMOVED, UNDEFINED_RENAMED = (1, 0), (1, 1)
STARTED, SUSPENDED, RESUMED = (2, 0), (3, 0), (4, 0)
RESTORED, RESTORED_PAUSED, WENT_ON = (2, 2), (3, 4), (4, 2)
STOPPED_SHUTDOWN, STOPPED_DESTROYED, STOPPED_CRASHED, STOPPED_FAILED = (5, 0), (5, 1), (5, 2), (5, 5)
STOPPED_SAVED = (5, 4)
SHUTDOWN = 6

# Errors, by libvirt's numbers.
NO_DOMAIN, INVALID, TIMEOUT, SYSTEM = 42, 55, 68, 38
# What a call says that was at work on a guest when it ended, or that found it with another name.
ENDED = {1, 9, 38, 78}

# States as the interface numbers them.
NUMBERS = {1: RUNNING, 3: PAUSED, 5: OFF}
IN_SHUTDOWN = 4

# How far a call is; one that saves a guest which ran, or was paused, writes it and then ends it.
BEGUN, HALF, DONE = "begun", "half", "done"
WRITING = {RUNNING: "writes what ran", PAUSED: "writes what was paused"}
ENDING = {RUNNING: "ends what ran", PAUSED: "ends what was paused"}


class State(typing.NamedTuple):
    """One domain at one moment."""

    name: str | None = None
    persistent: bool = False
    life: str = OFF
    # Its QEMU has been killed, or is being ended by a call.
    doomed: bool = False
    ending: bool = False
    autostart: bool = False
    title: str | None = None
    # As what it was saved, to go on from there.
    saved: str | None = None

    @property
    def active(self):
        return self.life != OFF

    @property
    def exists(self):
        return self.persistent or self.active

    def become(self, **changes):
        """The next state; what doesn't exist any more is like what never was."""
        next = self._replace(**changes)
        if next.life == OFF:
            next = next._replace(doomed=False, ending=False)
        return next if next.exists else State()


class Step(typing.NamedTuple):
    """What may come next: the state, how far the call is then, and the events that are told, in order."""

    state: State
    stage: str
    events: tuple = ()


def told(state, *events):
    """Events as a listener gets them: with the domain's name."""
    return tuple((*event, state.name) for event in events)


def spontaneous(state, is_loose=False):
    """What happens without a call: the end of a killed QEMU is seen; one that is being ended says so first. Loosely
    seen, QEMUs end without a reason."""
    if state.life in (RUNNING, PAUSED) and (state.doomed or is_loose):
        for detail in (STOPPED_FAILED, STOPPED_CRASHED):
            yield Step(state.become(life=OFF), DONE, told(state, detail))
    if state.active and (state.ending or is_loose):
        for detail in (0, 1, 2):
            yield Step(state, DONE, told(state, (SHUTDOWN, detail)))
    if state.life == RUNNING and state.ending:
        # QEMU may stop the processors of a guest that ends.
        yield Step(state._replace(life=PAUSED), DONE, told(state, SUSPENDED))


def steps(state, call, stage):
    """The steps that a call may do next."""
    if call.error is not None:
        yield from refusal(state, call, stage)
    if call.error is None or call.end is None or was_cut_short(call):
        yield from ACTS[call.kind](state, call, stage)
    if call.excused and may_come_late(state, call):
        yield Step(state, DONE)


def may_come_late(state, call):
    """Loosely seen, a read may be of what is gone."""
    return call.kind == "state" and NUMBERS.get(call.value) == OFF and not state.exists


def was_cut_short(call):
    """Whether QEMU may have done what the call asked for, and have been ended before it could say so."""
    return call.kind in ("suspend", "resume") and call.error in ENDED


def has_effect(call):
    """Whether a call can change anything: one that can't is done as soon as its answer fits."""
    return call.kind not in READS and (
        call.error is None or call.kind in ("start", "create", "save", "dump") or was_cut_short(call))


# MARK: Calls that were refused

def refusal(state, call, stage):
    """A call that failed had a reason, at some moment while it lasted."""
    if call.kind in ("start", "create"):
        yield from failed_start(state, call, stage)
    if call.kind in ("save", "dump"):
        if stage is None:
            yield from ACTS[call.kind](state, call, stage)
        yield from failed_save(state, stage)
    if stage is None and refused(state, call):
        yield Step(state, DONE)


def refused(state, call):
    code, kind = call.error, call.kind
    if code == NO_DOMAIN:
        return not state.exists and kind not in ("define", "create")
    if code == TIMEOUT:
        return False
    if call.excused and code in ENDED:
        return True
    if kind in FREELY_REFUSED and code != INVALID:
        return state.exists
    if code == INVALID:
        return INVALID_WHEN[kind](state, call)
    if kind == "unsave" and code == SYSTEM:
        return state.exists and not state.saved
    if code in ENDED:
        if kind in ("define", "create") and (call.collides or state.exists and state.name != call.name):
            return True
        if kind == "rename" and state.name == call.name:
            return True
        return kind in ON_GUESTS and (not state.active or state.doomed or state.ending)
    return False


def failed_start(state, call, stage):
    """A start that was begun fails only when its QEMU is ended; who has heard of a begin hears of that end."""
    if call.error not in ENDED | {INVALID, NO_DOMAIN}:
        return
    if stage in (None, BEGUN) or state.doomed or state.ending:
        yield from start(state, call, stage)
    if stage in (BEGUN, HALF) and state.life == STARTING and (state.doomed or state.ending or call.excused):
        ends = [(STOPPED_FAILED,), (STOPPED_DESTROYED,), (STOPPED_CRASHED,)]
        if not (stage == HALF and call.paused):
            ends.append(())
        for end in ends:
            for saved in {state.saved, None}:
                yield Step(state.become(life=OFF, saved=saved), DONE, told(state, *end))


INVALID_WHEN = {
    "start": lambda state, call: state.active or not state.persistent,
    "create": lambda state, call: state.active,
    "define": lambda state, call: False,
    "undefine": lambda state, call: not state.persistent or state.saved,
    "rename": lambda state, call: state.active or not state.persistent or state.name == call.name or state.saved,
    "unsave": lambda state, call: False,
    "read saved": lambda state, call: False,
    # Whether there is a job to be ended, this model doesn't know.
    "abort": lambda state, call: True,
    "autostart": lambda state, call: not state.persistent,
    "title": lambda state, call: not state.persistent,
    "resume": lambda state, call: state.life != PAUSED or state.ending or state.doomed,
    "state": lambda state, call: False,
    "lookup": lambda state, call: False,
    "persistent": lambda state, call: False,
    "read autostart": lambda state, call: False,
    "read title": lambda state, call: not state.persistent,
    "kill": lambda state, call: False,
}
TOUCHES = {"reset", "shutdown", "reboot", "attach", "detach", "console", "note", "keys", "ask", "memory", "job"}
for _kind in TOUCHES | {"suspend", "destroy", "save", "dump"}:
    # A guest that is being started need not be seen yet.
    INVALID_WHEN[_kind] = lambda state, call: state.life in (OFF, STARTING) or state.ending or state.doomed or \
        call.kind == "save" and not state.persistent

ON_GUESTS = TOUCHES | {"suspend", "resume", "destroy", "save", "dump", "abort"}
# Whether a device is there to be unplugged, and a console free, this model doesn't know.
FREELY_REFUSED = {"attach", "detach", "console"}


# MARK: Calls that succeeded

def may_start(state, call):
    if state.active:
        return False
    if call.kind == "start":
        return state.persistent
    return not state.exists or state.name == call.name


def begun(state, call):
    named = state if state.exists else state._replace(name=call.name, title=None)
    return named._replace(life=STARTING, doomed=False, ending=False)


def start(state, call, stage):
    """QEMU is there, is told of, and goes on: others' events may come in between."""
    if stage is None and may_start(state, call):
        next = begun(state, call)
        # One that is forced boots, and what was saved is gone.
        yield Step(next._replace(saved=None) if call.value == "forced" else next, BEGUN)
    if state.life == STARTING:
        restores = call.kind == "start" and state.saved
        first, second, life = told_of_start(call.paused, state.saved if restores else None)
        if stage == BEGUN:
            yield Step(state, HALF, told(state, first))
        if stage == HALF:
            saved = None if restores else state.saved
            yield Step(state._replace(life=life, saved=saved), DONE, told(state, second))


def told_of_start(is_paused, saved):
    """The two events of a start, and what the guest does then."""
    if saved is None:
        return (STARTED, SUSPENDED, PAUSED) if is_paused else (RESUMED, STARTED, RUNNING)
    if is_paused or saved == PAUSED:
        return RESTORED, RESTORED_PAUSED if saved == PAUSED else SUSPENDED, PAUSED
    return RESTORED, WENT_ON, RUNNING


def save(state, call, stage):
    """The guest is paused, written, and ended; somebody else may end it when it has been written."""
    if stage is None and state.persistent and state.life in WRITING:
        events = told(state, SUSPENDED) if state.life == RUNNING else ()
        yield Step(state._replace(life=PAUSED), WRITING[state.life], events)
    if call.error is not None:
        return
    for was in WRITING:
        if stage == WRITING[was] and state.active:
            yield Step(state._replace(ending=True), ENDING[was])
        if stage == ENDING[was] and state.life in WRITING:
            yield Step(state.become(life=OFF, saved=was), DONE, told(state, STOPPED_SAVED))
        if stage in (WRITING[was], ENDING[was]) and not state.active:
            yield Step(state.become(saved=was), DONE)
        if call.end is None:
            # The next daemon lets it go on where it wasn't whole.
            yield from failed_save(state, stage)


def failed_save(state, stage):
    """What was not written goes on."""
    if stage == WRITING[RUNNING] and state.life == PAUSED:
        yield Step(state._replace(life=RUNNING), DONE, told(state, RESUMED))
    if stage is not None and (not state.active or state.doomed or state.ending or stage == WRITING[PAUSED]):
        yield Step(state, DONE)


def dump(state, call, stage):
    """The guest is paused while its memory is written."""
    if stage is None and state.life == PAUSED:
        yield Step(state, DONE)
    if stage is None and state.life == RUNNING:
        yield Step(state._replace(life=PAUSED), WRITING[RUNNING], told(state, SUSPENDED))
    if stage == WRITING[RUNNING] and state.life == PAUSED:
        yield Step(state._replace(life=RUNNING), DONE, told(state, RESUMED))
    if stage is not None and (not state.active or state.ending or state.doomed):
        # It was written, and ended then.
        yield Step(state, DONE)


def unsave(state, call, stage):
    if state.saved:
        yield Step(state.become(saved=None), DONE)


def suspend(state, call, stage):
    if state.life == RUNNING:
        yield Step(state._replace(life=PAUSED), DONE, told(state, SUSPENDED))
    if state.life == PAUSED or state.ending:
        # Of a guest that is ending nothing more need be told.
        yield Step(state, DONE)


def resume(state, call, stage):
    if state.life == PAUSED:
        yield Step(state._replace(life=RUNNING), DONE, told(state, RESUMED))
    if state.active and state.ending:
        yield Step(state, DONE)


def destroy(state, call, stage):
    """A guest is told to end, then it is gone; somebody else may have seen to that, or its own end."""
    if stage is None and state.active:
        yield Step(state._replace(ending=True), BEGUN)
    if stage == BEGUN and state.life in (RUNNING, PAUSED):
        yield Step(state.become(life=OFF), DONE, told(state, STOPPED_DESTROYED))


def touch(state, call, stage):
    if state.active:
        yield Step(state, DONE)


def define(state, call, stage):
    if state.exists and state.name != call.name:
        return
    next = state._replace(name=call.name, persistent=True, title=call.title)
    details = [UPDATED] if state.persistent else [ADDED]
    if state.active and not state.persistent:
        # A guest that had a definition before is told of as changed.
        details.append(UPDATED)
    for detail in details:
        yield Step(next, DONE, told(next, detail))


def undefine(state, call, stage):
    saved = None if call.value == "with what was saved" else state.saved
    if stage is None and state.persistent and state.saved and not saved:
        # What was saved goes first.
        yield Step(state.become(saved=None), BEGUN)
    if state.persistent and not saved:
        yield Step(state.become(persistent=False, autostart=False, title=None, saved=saved), DONE, told(state, REMOVED))


def rename(state, call, stage):
    if state.persistent and not state.active and not state.saved and state.name != call.name:
        # libvirt's autostart doesn't go with the name.
        for autostart in {state.autostart, False}:
            next = state._replace(name=call.name, autostart=autostart)
            yield Step(next, DONE, told(state, UNDEFINED_RENAMED) + told(next, DEFINED_RENAMED))


def set_autostart(state, call, stage):
    if state.persistent:
        yield Step(state._replace(autostart=call.value), DONE)


def set_title(state, call, stage):
    if state.persistent:
        yield Step(state._replace(title=call.title), DONE)


def kill(state, call, stage):
    """A QEMU was killed: the one that is there, or one that had ended already."""
    yield Step(state, DONE)
    if state.active and not state.doomed:
        yield Step(state._replace(doomed=True), DONE)


# MARK: Reads

def read(fits):
    def act(state, call, stage):
        if state.exists and fits(state, call.value):
            yield Step(state, DONE)
    return act


def is_state(state, number):
    if state.life == STARTING:
        return True
    if number == IN_SHUTDOWN:
        return state.active and (state.ending or state.doomed)
    return NUMBERS.get(number) == state.life


READS = {
    "lookup": read(lambda state, value: True),
    "state": read(is_state),
    "persistent": read(lambda state, value: state.persistent == value),
    "read autostart": read(lambda state, value: state.autostart == value),
    # What a guest that starts is read from goes at some moment of the start.
    "read saved": read(lambda state, value: bool(state.saved) == value or state.life == STARTING),
    "read title": read(lambda state, value: not state.persistent or state.title == value),
}
ACTS = {
    "start": start, "create": start, "suspend": suspend, "resume": resume, "destroy": destroy, "define": define,
    "undefine": undefine, "rename": rename, "autostart": set_autostart, "title": set_title, "kill": kill, **READS,
    "save": save, "dump": dump, "unsave": unsave, **dict.fromkeys(TOUCHES | {"abort"}, touch),
}
