"""Finding domains: lists with every filter, ids, names, states and info."""

import libvirt

from harness.case import ServerCase, on_each_server


@on_each_server
class Listing(ServerCase):
    def names(self, *options):
        return set(self.virsh.ok("list", "--name", *options).split())

    def test_filters(self):
        off, paused, on = self.defined(), self.defined(), self.running()
        self.virsh.ok("start", paused, "--paused")
        self.virsh.ok("autostart", on)
        transient = self.fresh_name()
        self.virsh.ok("create", self.document(transient))
        self.addCleanup(self.remove, transient)
        mine = {off, paused, on, transient}
        expected = {
            (): {paused, on, transient},
            ("--inactive",): {off},
            ("--all",): mine,
            ("--transient",): {transient},
            ("--persistent",): {paused, on},
            ("--all", "--persistent"): {off, paused, on},
            ("--state-running",): {on, transient},
            ("--state-paused",): {paused},
            ("--all", "--state-shutoff"): {off},
            ("--all", "--state-other"): set(),
            ("--autostart",): {on},
            ("--all", "--no-autostart"): {off, paused, transient},
            ("--all", "--with-snapshot"): set(),
            ("--all", "--without-snapshot"): mine,
            ("--all", "--with-checkpoint"): set(),
            ("--all", "--without-checkpoint"): mine,
            ("--all", "--with-managed-save"): set(),
            ("--all", "--without-managed-save"): mine,
        }
        for options, wanted in expected.items():
            with self.subTest(options=options):
                self.assertEqual(self.names(*options) & mine, wanted)

    def test_table(self):
        name = self.running()
        line = next(l for l in self.virsh.ok("list").splitlines() if name in l)
        self.assertEqual(line.split(), [self.virsh.ok("domid", name), name, "running"])

    def test_title_column(self):
        name = self.defined(extra="<title>A title to see</title>")
        self.assertIn("A title to see", self.virsh.ok("list", "--all", "--title"))
        self.assertIn(name, self.virsh.ok("list", "--all", "--title"))

    def test_found_by_id_name_and_uuid(self):
        name = self.running()
        uuid, number = self.virsh.ok("domuuid", name), self.virsh.ok("domid", name)
        for key in (name, uuid, number):
            with self.subTest(key=key):
                self.assertEqual(self.virsh.ok("domstate", key), "running")
        self.assertEqual(self.virsh.ok("domuuid", number), uuid)
        self.assertEqual(self.virsh.ok("domname", uuid), name)
        self.assertEqual(self.virsh.ok("domname", number), name)

    def test_info(self):
        name = self.running()
        fields = dict(map(str.strip, line.split(":", 1))
                      for line in self.virsh.ok("dominfo", name).splitlines() if ":" in line)
        self.assertEqual(fields["Name"], name)
        self.assertEqual(fields["State"], "running")
        self.assertEqual(fields["CPU(s)"], "1")
        self.assertEqual(fields["Max memory"], "131072 KiB")
        self.assertEqual(fields["Used memory"], "131072 KiB")
        self.assertEqual(fields["Persistent"], "yes")
        self.assertEqual(fields["OS Type"], "hvm")
        self.assertEqual(fields["Managed save"], "no")
        self.assertRegex(fields["CPU time"], r"^\d+\.\ds$")

    def test_counts_and_lists_of_the_api(self):
        off, on = self.defined(), self.running()
        connection = self.connect()
        active = {d.name() for d in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE)}
        inactive = {d.name() for d in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_INACTIVE)}
        self.assertIn(on, active)
        self.assertIn(off, inactive)
        self.assertEqual(connection.numOfDomains(), len(active))
        self.assertEqual(connection.numOfDefinedDomains(), len(inactive))
        self.assertEqual(len(connection.listDomainsID()), len(active))
        self.assertEqual(set(connection.listDefinedDomains()), inactive)
        domain = connection.lookupByName(on)
        self.assertEqual(connection.lookupByID(domain.ID()).UUID(), domain.UUID())
        self.assertEqual(connection.lookupByUUID(domain.UUID()).name(), on)
        self.assertTrue(domain.isActive() and domain.isPersistent())
        self.assertFalse(domain.isUpdated())
        self.assertEqual(domain.OSType(), "hvm")
        self.assertEqual(domain.maxMemory(), 131072)
        self.assertEqual(domain.state(), [libvirt.VIR_DOMAIN_RUNNING, libvirt.VIR_DOMAIN_RUNNING_BOOTED])
        self.assertEqual(domain.info()[:4], [libvirt.VIR_DOMAIN_RUNNING, 131072, 131072, 1])
