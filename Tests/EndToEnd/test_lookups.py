"""Objects are found by whatever names them: the calls that programs make where a shell takes another way."""

import ctypes

import libvirt

from harness.case import ServerCase, on_each_server, on_roostd

PORT = """<networkport><uuid>5d744f21-ba4a-4d6e-bdb2-30a35ff3207d</uuid><owner><name>g</name>
<uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid></owner><mac address='52:54:00:7b:35:93'/>
<bandwidth><inbound average='128' peak='256'/></bandwidth></networkport>"""
NETWORK = "<network><name>{}</name><ip address='192.168.71.1' netmask='255.255.255.0'/></network>"


@on_each_server
class OnTheTestHost(ServerCase):
    def setUp(self):
        self.host = libvirt.open(f"test+unix:///default?socket={self.server.socket}")
        self.addCleanup(self.host.close)

    def test_networks(self):
        network = self.host.networkLookupByName("default")
        self.assertEqual(self.host.networkLookupByUUID(network.UUID()).name(), "default")
        self.assertEqual((self.host.numOfDefinedNetworks(), self.host.listDefinedNetworks()), (0, []))
        network.destroy()
        self.assertEqual((self.host.numOfDefinedNetworks(), self.host.listDefinedNetworks()), (1, ["default"]))

    def test_interfaces(self):
        card = self.host.interfaceLookupByName("eth1")
        self.assertEqual(self.host.numOfDefinedInterfaces(), 0)
        card.destroy(0)
        self.assertEqual((self.host.numOfDefinedInterfaces(), self.host.listDefinedInterfaces()), (1, ["eth1"]))

    def test_pools(self):
        pool = self.host.storagePoolLookupByName("default-pool")
        self.assertEqual(self.host.storagePoolLookupByUUID(pool.UUID()).name(), "default-pool")
        with self.assertRaises(libvirt.libvirtError) as raised:
            self.host.storagePoolLookupByUUID(bytes(16))
        self.assertEqual(raised.exception.get_error_code(), libvirt.VIR_ERR_NO_STORAGE_POOL)

    def test_domains(self):
        domain = self.host.lookupByName("test")
        self.assertEqual((self.host.listDomainsID(), domain.maxVcpus()), ([1], 2))
        domain.destroy()
        self.assertEqual(self.host.listDomainsID(), [])

    def test_snapshots_and_their_parents(self):
        domain = self.host.lookupByName("test")
        for name in ("one", "two", "three"):
            domain.snapshotCreateXML(f"<domainsnapshot><name>{name}</name></domainsnapshot>")
        one, three = (domain.snapshotLookupByName(name) for name in ("one", "three"))
        self.assertEqual(three.getParent().getName(), "two")
        self.assertEqual(one.listChildrenNames(), ["two"])
        everyone = libvirt.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
        self.assertEqual(sorted(child.getName() for child in one.listAllChildren(everyone)), ["three", "two"])
        with self.assertRaises(libvirt.libvirtError) as raised:
            one.getParent()
        self.assertEqual(raised.exception.get_error_code(), libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT)

    def test_checkpoints_and_their_parents(self):
        domain = self.host.lookupByName("test")
        for name in ("one", "two"):
            domain.checkpointCreateXML(f"<domaincheckpoint><name>{name}</name></domaincheckpoint>")
        checkpoint = domain.checkpointLookupByName("two")
        self.assertEqual(checkpoint.getParent().getName(), "one")


@on_roostd
class OnThisHost(ServerCase):
    def setUp(self):
        self.host = libvirt.open(self.server.uri)
        self.addCleanup(self.host.close)

    def test_security_labels(self):
        domain = self.host.lookupByName(self.running())
        self.assertEqual(domain.securityLabelList(), [])

    def test_filters_and_their_bindings(self):
        stock = self.host.nwfilterLookupByName("clean-traffic")
        self.assertEqual(self.host.nwfilterLookupByUUID(stock.UUID()).name(), "clean-traffic")
        with self.assertRaises(libvirt.libvirtError) as raised:
            self.host.nwfilterBindingLookupByPortDev("nobody0")
        self.assertEqual(raised.exception.get_error_code(), libvirt.VIR_ERR_NO_NWFILTER_BINDING)

    def test_ports_of_a_network(self):
        network = self.host.networkCreateXML(NETWORK.format(self.fresh_name("net")))
        self.addCleanup(network.destroy)
        made = network.portCreateXML(PORT)
        found = network.portLookupByUUID(made.UUID())
        self.assertEqual((found.UUIDString(), found.XMLDesc()), (made.UUIDString(), made.XMLDesc()))
        self.assertEqual(
            found.parameters(),
            {"inbound.average": 128, "inbound.peak": 256, "inbound.floor": 0, "inbound.burst": 0})
        found.setParameters({"inbound.average": 64})
        self.assertEqual(found.parameters()["inbound.average"], 64)
        for room in (0, 1, 4, 1_000_000):
            self.assertEqual(self.parameters_in_c(network.name(), made.UUIDString(), room), 4)

    def parameters_in_c(self, network, port, room):
        """How many parameters a C program gets whose count says `room` before the call: whatever was in memory there."""
        library = ctypes.CDLL("libvirt.so.0")
        for call in ("virConnectOpen", "virNetworkLookupByName", "virNetworkPortLookupByUUIDString"):
            getattr(library, call).restype = ctypes.c_void_p
        host = library.virConnectOpen(self.server.uri.encode())
        owner = library.virNetworkLookupByName(ctypes.c_void_p(host), network.encode())
        found = library.virNetworkPortLookupByUUIDString(ctypes.c_void_p(owner), port.encode())
        parameters, count = ctypes.c_void_p(), ctypes.c_int(room)
        result = library.virNetworkPortGetParameters(
            ctypes.c_void_p(found), ctypes.byref(parameters), ctypes.byref(count), 0)
        self.assertEqual(result, 0)
        library.virTypedParamsFree(parameters, count)
        library.virNetworkPortFree(ctypes.c_void_p(found))
        library.virNetworkFree(ctypes.c_void_p(owner))
        library.virConnectClose(ctypes.c_void_p(host))
        return count.value

    def test_pools_by_the_folder_that_they_serve(self):
        folder = self.server.root / "files" / self.fresh_name("pool")
        folder.mkdir(parents=True)
        self.addCleanup(folder.rmdir)
        document = f"<pool type='dir'><name>{folder.name}</name><target><path>{folder}</path></target></pool>"
        pool = self.host.storagePoolCreateXML(document)
        self.addCleanup(pool.destroy)
        self.assertEqual(self.host.storagePoolLookupByTargetPath(str(folder)).name(), folder.name)
