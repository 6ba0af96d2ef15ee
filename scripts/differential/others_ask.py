"""Runs inside the oracle's root: a line of JSON in, a document; a line out, what a daemon makes of it.

usage: others_ask.py [SOCKET]   (with a socket the drivers of the host behind it are asked, and no test driver)
"""
import json, os, re, sys, time, libvirt

libvirt.registerErrorHandler(lambda *_: None, None)


def opened(uri):
    """Some documents end libvirtd."""
    for attempt in range(50):
        try:
            return libvirt.open(uri)
        except libvirt.libvirtError:
            time.sleep(0.2)
        if attempt == 20:
            os.system("libvirtd -d")
    sys.exit("libvirtd doesn't come back")


socket = sys.argv[1] if len(sys.argv) > 1 else None
place = f"+unix:///system?socket={socket}" if socket else ":///system"
test = libvirt.open("test:///default")
systems = {name: opened(name + place) for name in ("network", "nwfilter", "nodedev", "secret", "storage")}
POOL = test.storagePoolLookupByName("default-pool")
DOMAIN = test.lookupByName("test")


def defined(define):
    def ask(text):
        one = define(text, 0)
        try:
            return one.XMLDesc(0)
        finally:
            one.undefine()
    return ask


def pool(text):
    """Options of mounts are known only to the driver that mounts, and that has only some of the kinds."""
    system = any(f"type={quote}{kind}{quote}" in text for kind in ("dir", "fs", "netfs") for quote in "'\"")
    return defined((systems["storage"] if system else test).storagePoolDefineXML)(text)


def network(text):
    """Options of dnsmasq are known only to the driver that runs it, which then refuses what no parser does."""
    connection = systems["network"] if socket or "dnsmasq" in text else test
    try:
        answer = defined(lambda text, _: connection.networkDefineXML(text))(text)
    except libvirt.libvirtError as error:
        if not socket and "whose type doesn't support vlan" in error.get_error_message():
            return None
        raise
    # A bridge without a name gets one.
    return answer if socket else re.sub(r" name='virbr\d'", lambda name: name[0] if "virbr" in text else "", answer)


def volume(text):
    one = POOL.createXML(text, 0)
    try:
        return one.XMLDesc(0)
    finally:
        one.delete(0)


def moment(create, flags):
    def ask(text):
        one = create(text, flags)
        try:
            return one.getXMLDesc(0)
        finally:
            one.delete(0)
    return ask


def device(text):
    """Only mediated devices can be defined: of others nothing is seen but that they were read."""
    try:
        return defined(systems["nodedev"].nodeDeviceDefineXML)(text)
    except libvirt.libvirtError as error:
        words = error.get_error_message()
        passed = "Unsupported device type", "missing parent device", "invalid parent device", "mdevctl"
        if not socket and any(part in words for part in passed):
            return None
        raise


ASK = {
    "network": network,
    "pool": pool, "interface": defined(test.interfaceDefineXML), "volume": volume,
    "filter": defined(lambda text, _: systems["nwfilter"].nwfilterDefineXML(text)),
    "secret": defined(systems["secret"].secretDefineXML), "device": device,
    "domainsnapshot": moment(DOMAIN.snapshotCreateXML, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE),
    "domaincheckpoint": moment(DOMAIN.checkpointCreateXML, libvirt.VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE),
}
for line in sys.stdin:
    kind, text = json.loads(line)
    try:
        print(json.dumps({"out": ASK[kind](text)}), flush=True)
    except libvirt.libvirtError as error:
        if not all(system.isAlive() for system in systems.values()):
            # The document ended libvirtd.
            sys.exit()
        print(json.dumps({"err": f"{error.get_error_code()} {error.get_error_message()}"}), flush=True)
