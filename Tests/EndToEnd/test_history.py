"""The checker of histories: what can have happened is possible, what can't isn't, and it says why."""

import unittest

from harness import history, lifecycle
from harness.history import Call, Event, Impossible

ADDED, UPDATED, REMOVED = (0, 0), (0, 1), (1, 0)
STARTED, SUSPENDED, RESUMED, STOPPING = (2, 0), (3, 0), (4, 0), (6, 2)
DESTROYED, FAILED = (5, 1), (5, 5)


class Story:
    """Calls and events of one domain, written down in the order of time."""

    def __init__(self):
        self.calls, self.events, self.now = [], [], 0

    def tick(self):
        self.now += 1
        return self.now

    def begin(self, kind, **facts):
        self.calls.append(Call(kind, self.tick(), None, **facts))
        return self.calls[-1]

    def end(self, call, **answer):
        call.end = self.tick()
        for key, value in answer.items():
            setattr(call, key, value)
        return self

    def call(self, kind, error=None, **facts):
        return self.end(self.begin(kind, **facts), error=error)

    def hear(self, *details, name="d"):
        self.events += [Event(self.tick(), *detail, name) for detail in details]
        return self

    def defined(self):
        return self.call("define", name="d", title="1").hear(ADDED)

    def running(self):
        return self.defined().call("start").hear(RESUMED, STARTED)

    def check(self, **options):
        return history.check(self.calls, self.events, **options)


class Histories(unittest.TestCase):
    def assertImpossible(self, story, *words):
        with self.assertRaises(Impossible) as raised:
            story.check()
        for word in words:
            self.assertIn(word, str(raised.exception))

    def test_a_whole_life_is_possible(self):
        story = Story().running().call("suspend").hear(SUSPENDED).call("resume").hear(RESUMED)
        story.call("destroy").hear(STOPPING, DESTROYED).call("undefine").hear(REMOVED)
        self.assertEqual(story.check(), {lifecycle.State()})

    def test_events_may_be_heard_long_after_the_call(self):
        story = Story().call("define", name="d", title="1").call("start").call("suspend")
        self.assertEqual({state.life for state in story.hear(ADDED, RESUMED, STARTED, SUSPENDED).check()}, {"paused"})

    def test_an_event_before_its_call_is_impossible(self):
        self.assertImpossible(Story().defined().hear(RESUMED).call("start").hear(STARTED), "event 4.0")

    def test_an_event_that_nobody_caused_is_impossible(self):
        self.assertImpossible(Story().running().hear(DESTROYED), "event 5.1")

    def test_a_change_without_its_event_is_impossible(self):
        self.assertImpossible(Story().running().call("suspend").call("destroy").hear(STOPPING, DESTROYED), "suspend")

    def test_events_out_of_order_are_impossible(self):
        self.assertImpossible(Story().running().call("suspend").call("resume").hear(RESUMED, SUSPENDED))

    def test_an_event_with_another_name_is_impossible(self):
        self.assertImpossible(Story().call("define", name="d", title="1").hear(ADDED, name="other"))

    def test_two_starts_at_once_succeed_once(self):
        story = Story().defined()
        first, second = story.begin("start"), story.begin("start")
        story.end(first).end(second, error=lifecycle.INVALID).hear(RESUMED, STARTED).check()
        story = Story().defined()
        first, second = story.begin("start"), story.begin("start")
        self.assertImpossible(story.end(first).end(second).hear(RESUMED, STARTED, RESUMED, STARTED), "start")

    def test_a_second_start_after_a_destroy_in_between_is_possible(self):
        story = Story().defined()
        first, second, destroy = story.begin("start"), story.begin("start"), story.begin("destroy")
        story.hear(RESUMED, STARTED, STOPPING, DESTROYED, RESUMED, STARTED).end(first).end(second).end(destroy)
        self.assertEqual({state.life for state in story.check()}, {"running"})

    def test_two_destroys_at_once_may_both_succeed_for_one_guest(self):
        story = Story().running()
        first, second = story.begin("destroy"), story.begin("destroy")
        story.end(first).end(second).hear(DESTROYED).check()

    def test_a_destroy_does_not_succeed_on_what_was_off_all_the_time(self):
        self.assertImpossible(Story().defined().call("destroy"), "destroy")

    def test_a_destroy_that_cleared_away_the_next_guest_is_found(self):
        """The second destroyer ends the run that a third client has started: what it was told to end was gone."""
        story = Story().running()
        first, second = story.begin("destroy"), story.begin("destroy")
        story.hear(DESTROYED).end(first).call("start").hear(RESUMED, STARTED).hear(DESTROYED).end(second)
        # It may have begun to end the second run only then: the calls alone do not tell.
        story.check()
        story = Story().running().call("destroy").hear(DESTROYED).call("start").hear(RESUMED, STARTED, DESTROYED)
        self.assertImpossible(story, "event 5.1")

    def test_a_killed_guest_ends_once(self):
        story = Story().running().call("kill")
        self.assertEqual({state.life for state in story.hear(FAILED).check()}, {"off"})
        self.assertImpossible(Story().running().call("kill").hear(FAILED, FAILED), "event 5.5")
        self.assertImpossible(Story().running().hear(FAILED), "event 5.5")

    def test_a_start_fails_when_its_guest_is_killed_and_not_for_nothing(self):
        story = Story().defined()
        start = story.begin("start")
        story.call("kill").end(start, error=1).check()
        self.assertImpossible(Story().defined().call("start", error=1), "start")

    def test_whoever_heard_of_a_begin_hears_of_the_end(self):
        def story():
            made = Story().defined()
            start = made.begin("start", paused=True)
            return made.hear(STARTED).call("kill").end(start, error=1)
        story().hear(FAILED).check()
        self.assertImpossible(story().call("state", value=5))

    def test_a_read_is_of_a_moment_within_the_call(self):
        story = Story().running()
        read = story.begin("state", value=1)
        story.call("suspend").hear(SUSPENDED).end(read).check()
        self.assertImpossible(Story().running().call("suspend").hear(SUSPENDED).call("state", value=1), "state")

    def test_no_call_waits_until_its_time_is_up(self):
        self.assertImpossible(Story().running().call("suspend", error=lifecycle.TIMEOUT), "error 68")

    def test_what_is_not_there_is_not_found_and_what_is_there_is(self):
        Story().call("lookup", error=lifecycle.NO_DOMAIN).check()
        self.assertImpossible(Story().defined().call("lookup", error=lifecycle.NO_DOMAIN), "lookup")

    def test_a_definition_outlives_the_guest_and_a_transient_domain_does_not(self):
        story = Story().call("create", name="d").hear(RESUMED, STARTED).call("destroy").hear(DESTROYED)
        self.assertEqual(story.check(), {lifecycle.State()})
        story = Story().call("create", name="d").hear(RESUMED, STARTED).call("define", name="d", title="1").hear(ADDED)
        story.call("destroy").hear(DESTROYED).call("persistent", value=True).check()

    def test_an_orphan_is_found(self):
        """A definition that was accepted, while the domain is gone."""
        story = Story().defined()
        undefine, define = story.begin("undefine"), story.begin("define", name="d", title="2")
        story.end(undefine).end(define).hear(REMOVED, ADDED)
        story.call("lookup", error=lifecycle.NO_DOMAIN)
        self.assertImpossible(story, "lookup")

    def test_a_name_is_taken_while_it_is_being_defined(self):
        def story():
            made = Story()
            define = made.begin("define", name="d", title="1")
            return made, define
        taken, define = story()
        taken.call("define", name="e", error=9).call("lookup", error=lifecycle.NO_DOMAIN)
        taken.end(define).hear(ADDED).check()
        self.assertImpossible(Story().call("define", name="e", error=9), "define")

    def test_a_rename_goes_with_both_names(self):
        story = Story().defined().call("rename", name="e").hear((1, 1)).hear((0, 2), name="e")
        self.assertEqual({state.name for state in story.check()}, {"e"})
        self.assertImpossible(Story().running().call("rename", name="e"), "rename")

    def test_a_call_that_was_never_answered_may_have_been_done(self):
        story = Story().running()
        story.begin("destroy")
        self.assertEqual({state.life for state in story.check(is_lossy=True)}, {"running", "paused", "off"})

    def test_a_call_whose_guest_was_killed_meanwhile_may_have_been_done(self):
        def story(error):
            paused = Story().running().call("suspend").hear(SUSPENDED)
            resume = paused.begin("resume")
            return paused.hear(RESUMED).call("kill").end(resume, error=error).hear(FAILED)

        story(9).check()
        self.assertImpossible(story(55), "event 4.0")

    def test_events_that_were_lost_with_the_daemon_are_no_fault(self):
        story = Story().running().call("suspend")
        self.assertEqual({state.life for state in story.check(is_lossy=True)}, {"paused"})

    def test_what_is_told_leaves_out_what_does_not_matter(self):
        story = Story().running()
        start = story.begin("start")
        story.call("lookup").call("state", value=1).end(start)
        with self.assertRaises(Impossible) as raised:
            story.check()
        self.assertNotIn("lookup", str(raised.exception))
        self.assertNotIn("define", str(raised.exception))
        self.assertIn("client 0: start", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
