"""A daemon starts while all kinds of things go wrong: no guest is lost, ended or started twice, and once things are
right again every guest is under control, by itself."""

import os
import random
import uuid

import libvirt

from harness import agreement, domains, faults, server
from harness.case import ServerCase, on_roostd
from harness.storm import qemus
from harness.waiting import TooLate, eventually

GUESTS = 6
# How long a daemon may take until it has all guests under control once nothing fails any more.
PATIENCE = 60


class Guest:
    """One domain, and the QEMU that is to be its all the time."""

    def __init__(self, own, number):
        self.name, self.identity = f"g{number}", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{own.root}/{number}"))
        self.image = own.root / f"files/g{number}.raw"
        self.image.parent.mkdir(exist_ok=True)
        self.image.write_bytes(bytes(1 << 20))
        self.xml = domains.domain(self.name, memory=16, id=self.identity, devices=(
            f'<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="{self.image}"/>'
            '<target dev="hda" bus="ide"/><shareable/></disk>'))
        self.pid = None
        self.state = None

    def start(self, connection, is_paused):
        domain = connection.lookupByName(self.name)
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if is_paused else 0)
        self.state = libvirt.VIR_DOMAIN_PAUSED if is_paused else libvirt.VIR_DOMAIN_RUNNING
        self.pid, = qemus([self.identity])[self.identity]


@on_roostd
class Restart(ServerCase):
    def setUp(self):
        self.assertTrue(faults.tracing_works(), "strace can't follow a process here")
        self.begin()

    def begin(self):
        """A daemon with guests, some of them paused."""
        self.own = server.KINDS[self.server_name]()
        self.addCleanup(self.own.stop)
        self.own.start()
        self.guests = [Guest(self.own, number) for number in range(GUESTS)]
        connection = libvirt.open(self.own.uri)
        for number, guest in enumerate(self.guests):
            connection.defineXML(guest.xml)
            guest.start(connection, is_paused=number % 3 == 2)
        connection.close()

    def test_restarts_under_faults(self):
        first = int(os.environ.get("ROOST_SEED", "1"))
        for seed in range(first, first + int(os.environ.get("ROOST_RESTARTS", "10"))):
            with self.subTest(seed=seed):
                chance = random.Random(f"{seed}/restart")
                wrongs = []
                try:
                    self.round(chance, wrongs)
                except (AssertionError, libvirt.libvirtError) as failure:
                    # The next round begins with all in order.
                    self.own.stop()
                    self.begin()
                    told = ", ".join(map(str, wrongs))
                    raise AssertionError(f"ROOST_SEED={seed} ROOST_RESTARTS=1, with {told}: {failure}") from None

    def test_a_record_that_is_lost_while_it_cannot_be_read(self):
        """What its guest was given goes back all the same."""
        guest = self.guests[0]
        record = self.own.root / f"run/qemu/{guest.name}.live"
        self.own.kill()
        failing = faults.FailingCalls("openat", "EACCES", "1+", [record])
        self.start_with(failing)
        record.write_bytes(b"no record")
        failing.end(self.own.pid)
        self.assert_under_control()
        connection = libvirt.open(self.own.uri)
        connection.lookupByName(guest.name).destroy()
        connection.close()
        self.assertEqual(guest.image.stat().st_uid, 0, "the image is still the guests' user's")

    def test_a_record_that_is_lost_before_guests_run_as_another_user(self):
        """A QEMU that may not be the driver's own any more is no reason to call its guest gone."""
        guest, configuration = self.guests[0], self.own.root / "etc/roostd.conf"
        self.own.kill()
        (self.own.root / f"run/qemu/{guest.name}.live").write_bytes(b"no record")
        configuration.write_text('user = "games"\n')
        self.own.start()
        connection = libvirt.open(self.own.uri)
        domain = connection.lookupByName(guest.name)
        self.assertTrue(domain.isActive(), f"{guest.name} is said to be {domain.state()}")
        with self.assertRaises(libvirt.libvirtError) as refused:
            domain.create()
        self.assertIn(str(guest.pid), str(refused.exception))
        connection.close()
        self.own.kill()
        configuration.unlink()
        self.own.start()
        self.assert_under_control()

    def round(self, chance, wrongs):
        self.exchange_one(chance)
        self.own.kill()
        records = [self.own.root / f"run/qemu/{guest.name}.live" for guest in self.guests]
        failing = self.failing(chance, records)
        wrongs.append(failing)
        some = [guest for guest in self.guests if chance.random() < 0.3]
        stopped = [faults.Stopped(guest.pid) for guest in some if chance.random() < 0.5]
        damaged = [faults.Damaged(path, chance.choice(faults.DAMAGES), chance)
                   for path in records if chance.random() < 0.15]
        wrongs += stopped + damaged
        try:
            self.start_with(failing)
            self.try_them(chance)
            self.assert_same_processes()
        finally:
            for wrong in stopped + damaged:
                wrong.end()
            if self.own.process.poll() is None:
                failing.end(self.own.pid)
        if isinstance(failing, faults.FewDescriptors):
            self.own.process.wait(timeout=20)
            self.own.restart()
        elif self.own.process.poll() is not None:
            self.assertEqual(self.own.process.returncode, 1, "the daemon has not given up, it has died")
            self.own.restart()
        self.assert_under_control()

    def exchange_one(self, chance):
        """One guest is ended and started anew, so that not all is as old as the test."""
        guest = chance.choice(self.guests)
        connection = libvirt.open(self.own.uri)
        connection.lookupByName(guest.name).destroy()
        self.assertEqual(guest.image.stat().st_uid, 0, f"{guest.name}'s image is still the guests' user's")
        guest.start(connection, is_paused=chance.random() < 0.3)
        connection.close()

    def failing(self, chance, records):
        kind = chance.random()
        if kind < 0.1:
            return faults.NoFault()
        if kind < 0.2:
            return faults.FewDescriptors(chance.randrange(14, 40))
        call = chance.choice(faults.CALLS)
        paths = chance.sample(records, chance.randrange(1, len(records) + 1))
        if call == "openat" and chance.random() < 0.2:
            paths = [self.own.root / "run/qemu"]
        return faults.FailingCalls(call, chance.choice(faults.ERRORS), chance.choice(faults.TIMES), paths)

    def start_with(self, failing):
        """The daemon may be unable to take clients as long as the fault lasts, or give up: its guests must not notice."""
        usual = self.own.command
        self.own.command = lambda: failing.command(usual())
        try:
            self.own.start(patience=5)
        except TooLate:
            pass
        finally:
            self.own.command = usual

    # MARK: What must be so while things are wrong

    def try_them(self, chance):
        """A guest that the daemon can't see isn't shut off for it, and is not started a second time."""
        try:
            connection = libvirt.open(self.own.uri)
        except libvirt.libvirtError:
            return
        for guest in chance.sample(self.guests, len(self.guests)):
            domain = connection.lookupByName(guest.name)
            self.assertTrue(domain.isActive(), f"{guest.name} is said to be {domain.state()}")
            with self.assertRaises(libvirt.libvirtError) as refused:
                domain.create()
            self.assert_refusal(guest, refused.exception)
        connection.close()

    def assert_refusal(self, guest, error):
        text = str(error)
        if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID or "already running" not in text:
            self.assertIn(str(guest.pid), text, f"the refusal to start {guest.name} doesn't name its process")

    def assert_same_processes(self):
        found = qemus([guest.identity for guest in self.guests])
        self.assertEqual(found, {guest.identity: [guest.pid] for guest in self.guests}, "QEMUs, by their domains")

    # MARK: What must be so once they are right again

    def assert_under_control(self):
        """Every guest obeys the daemon that is there, without another restart."""
        missing = {}

        def is_so():
            missing.clear()
            try:
                connection = libvirt.open(self.own.uri)
            except libvirt.libvirtError as error:
                missing["daemon"] = str(error)
                return False
            for guest in self.guests:
                try:
                    self.obey(connection.lookupByName(guest.name), guest)
                except (AssertionError, libvirt.libvirtError) as error:
                    missing[guest.name] = str(error)
            wrong = agreement.disagreements(
                self.own, connection, [(guest.image, guest.identity) for guest in self.guests],
                [guest.identity for guest in self.guests])
            if wrong:
                missing["what is written down"] = wrong
            connection.close()
            return not missing

        try:
            eventually(is_so, "all guests to be under control", PATIENCE)
        except TooLate:
            raise AssertionError(f"not under control after {PATIENCE} s: {missing}") from None
        finally:
            self.assert_same_processes()

    def obey(self, domain, guest):
        self.assertEqual(domain.state()[0], guest.state)
        if guest.state == libvirt.VIR_DOMAIN_RUNNING:
            domain.suspend()
            domain.resume()
        else:
            domain.resume()
            domain.suspend()
