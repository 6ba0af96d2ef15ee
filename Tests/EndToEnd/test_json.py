"""`roost … --json`: each command's answer is as `docs/json` describes it, and says what the text for people says."""

import json
import re

import jsonschema

from harness import paths
from harness.case import ServerCase, on_roostd
from harness.domains import disk
from harness.virsh import Roost
from test_agent import AgentCase

SCHEMAS = {path.stem: json.loads(path.read_text()) for path in (paths.PROJECT / "docs/json").glob("*.json")}
EVENTS = ("event", "net-event", "pool-event", "nodedev-event", "secret-event")

# What the test driver answers.
ON_THE_TEST_HOST = """
list --all
list --all --title
dominfo test
domstate test
domblklist test
domblklist test --details
domblkinfo test vda
domblkinfo test --all
domiflist test
domfsinfo test
iothreadinfo test
domstats
dommemstat test
snapshot-list test --parent
snapshot-info test s
net-list --all --title
net-info default
pool-list --all
pool-list --all --details
pool-info default-pool
vol-list default-pool
vol-list default-pool --details
vol-info v --pool default-pool
iface-list --all
nodedev-list
nodeinfo
nodecpumap
status
"""

# What is there besides on a host with QEMU.
ON_THIS_HOST = """
list --all
dominfo {guest}
domblklist {guest}
domiflist {guest}
domstats {guest}
dommemstat {guest}
iothreadinfo {guest}
nwfilter-list
nwfilter-binding-list
secret-list
net-list --all
net-dhcp-leases {network}
net-port-list {network}
nodedev-info {device}
pool-list --all --details
nodeinfo
status
"""


class JSONCase(ServerCase):
    tried = set()

    def valid(self, roost, *lines, first=()):
        """What commands of one session answer, each as its schema says; the last one's answer."""
        output = roost.ok("; ".join([*first, *(f"{line} --json" for line in lines)]))
        answers = [line for line in output.splitlines() if line.startswith("{")]
        self.assertEqual(len(answers), len(lines))
        for line, text in zip(lines, answers):
            with self.subTest(line):
                answer = json.loads(text)
                jsonschema.validate(answer, SCHEMAS[line.split()[0]])
                JSONCase.tried.add(line.split()[0])
        return answer


@on_roostd
class Answers(JSONCase):
    def test_of_the_test_host(self):
        roost = Roost(f"test+unix:///default?socket={self.server.socket}")
        made = ["snapshot-create-as test s", "vol-create-as default-pool v 1M"]
        self.valid(roost, *ON_THE_TEST_HOST.strip().splitlines(), first=made)
        self.valid(roost, "checkpoint-list test --parent", "checkpoint-info test c", first=["checkpoint-create-as test c"])
        volume = self.valid(roost, "vol-info v --pool default-pool", first=made[1:])
        self.assertEqual(volume["capacity"], 1 << 20)
        facts = self.valid(roost, "dominfo test")
        text = dict(re.findall(r"(?m)^([^:]+): +(.*)$", roost.ok("dominfo", "test")))
        self.assertEqual((facts["name"], facts["uuid"], facts["state"]), (text["Name"], text["UUID"], text["State"]))
        self.assertEqual((str(facts["id"]), str(facts["cpus"])), (text["Id"], text["CPU(s)"]))
        self.assertEqual(f"{facts['maxMemory'] // 1024} KiB", text["Max memory"])
        self.assertEqual((facts["persistent"], facts["autostart"]), (text["Persistent"] == "yes", text["Autostart"] == "enable"))

    def test_of_this_host(self):
        roost = Roost(self.server.uri)
        network = self.fresh_name("net")
        roost.ok("net-create", self.file("n.xml", f"<network><name>{network}</name></network>"))
        self.addCleanup(roost, "net-destroy", network)
        device = roost.ok("nodedev-list").split()[0]
        image = self.disk_image(self.fresh_name("disk") + ".qcow2")
        guest = self.running(devices=disk(image, "vda", "virtio"))
        lines = ON_THIS_HOST.format(guest=guest, network=network, device=device)
        self.valid(roost, *lines.strip().splitlines())
        self.assertIn(str(image), [item["source"] for item in self.valid(roost, f"domblklist {guest}")["items"]])

    def test_what_is_refused_answers_no_json(self):
        roost = Roost(self.server.uri)
        for words, error in ((["dominfo", "nobody"], "failed to get domain 'nobody'"),
                             (["list", "--name"], "Options --json and --name are mutually exclusive")):
            result = roost(*words, "--json")
            self.assertEqual((result.output, result.status), ("", 1))
            self.assertIn(error, result.errors)

    def test_names_are_never_taken_for_something_else(self):
        roost = Roost(f"test+unix:///default?socket={self.server.socket}")
        for name in ("yes", "-", "007", 'a"b\\', "ü\u0301 x"):
            path = self.file("d.xml", f"<domain type='test'><name>{name}</name><memory>1</memory><os><type>hvm</type></os></domain>")
            facts = self.valid(roost, f"dominfo --domain '{name}'", first=[f"define {path}"])
            self.assertEqual(facts["name"], name)


@on_roostd
class Events(JSONCase):
    def test_each_is_a_line(self):
        roost, name = Roost(self.server.uri), self.fresh_name()
        self.virsh.ok("define", self.document(name))
        self.addCleanup(self.virsh, "undefine", name)
        listener = roost.start("event", "--all", "--since", "0", "--json", "--domain", name)
        output = listener.communicate(timeout=30)[0]
        events = [json.loads(line) for line in output.splitlines()]
        for event in events:
            jsonschema.validate(event, SCHEMAS["event"])
        self.assertEqual([(event["sort"], event["name"], event["event"]) for event in events], [("domain", name, "lifecycle")])
        self.assertEqual(events[0]["detail"], "Defined Added")
        JSONCase.tried.add("event")


@on_roostd
class ByTheAgent(JSONCase, AgentCase):
    def test_file_systems_and_addresses(self):
        name, _ = self.with_agent()
        self.valid(Roost(self.server.uri), f"domfsinfo {name}")


@on_roostd
class ZAll(JSONCase):
    """Runs last: no command is left out."""

    def test_each_command_has_its_schema_and_was_tried(self):
        roost = Roost(self.server.uri)
        names = re.findall(r"(?m)^    ([a-z][a-z0-9-]+) {2,}\S", roost.ok("help"))
        self.assertGreater(len(names), 200)
        able = {name for name in names if roost("complete", "--", name, "--js").output.strip() == "--json"} - {"explain"}
        self.assertEqual(able - set(EVENTS) | {"event"}, set(SCHEMAS))
        self.assertEqual(set(SCHEMAS) - self.tried, {"address"}, "address is tried in test_cards")
