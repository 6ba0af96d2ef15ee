"""How fast a guest writes to its memory: measured when somebody asks for it, told among its statistics."""

import libvirt

from harness.case import ServerCase, on_each_server
from harness.waiting import eventually


@on_each_server
class DirtyRate(ServerCase):
    def told(self, name):
        lines = self.virsh.ok("domstats", name, "--dirtyrate").splitlines()
        return dict(line.strip().removeprefix("dirtyrate.").split("=") for line in lines if "dirtyrate." in line)

    def test_it_is_measured(self):
        name = self.running()
        self.assertEqual(self.told(name), {"calc_status": "0", "calc_start_time": "0", "calc_period": "0",
                                           "calc_mode": "page-sampling"})
        # QEMU 7.2 doesn't live through the mode dirty-bitmap without KVM.
        self.assertEqual(self.virsh.ok("domdirtyrate-calc", name, "--seconds", "1", "--mode", "page-sampling"),
                         "Start to calculate domain's memory dirty rate successfully.")
        eventually(lambda: self.told(name)["calc_status"] == "2", "the rate to be measured")
        self.assertEqual((self.told(name)["calc_mode"], self.told(name)["calc_period"]), ("page-sampling", "1"))
        self.assertGreaterEqual(int(self.told(name)["megabytes_per_second"]), 0)
        for words, refusal in ((["--seconds", "0"], "seconds=0 is invalid, please choose value within [1, 60]."),
                               (["--seconds", "61"], "seconds=61 is invalid"),
                               (["--mode", "nope"], "Unknown calculation mode 'nope'"),
                               (["--mode", "dirty-ring"], "requires dirty-ring feature")):
            self.assertVirshFails(self.virsh("domdirtyrate-calc", name, *words), refusal)
        domain = self.connect().lookupByName(name)
        self.assertLibvirtError(libvirt.VIR_ERR_INVALID_ARG, domain.startDirtyRateCalc, 1, 3)
        domain.startDirtyRateCalc(2)
        self.assertVirshFails(self.virsh("domdirtyrate-calc", name), "already being measured")
        self.virsh.ok("destroy", name)
        self.assertVirshFails(self.virsh("domdirtyrate-calc", name), "domain is not running")
        self.assertEqual(self.told(name), {})
