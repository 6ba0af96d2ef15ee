"""Runs inside the oracle's root: a line of JSON in, a document; a line out, what libvirt makes of it."""
import json, os, sys, time, libvirt

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


test = libvirt.open("test:///default")
systems = {name: opened(name + ":///system") for name in ("network", "nwfilter", "nodedev", "secret", "storage")}
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
    """Options of dnsmasq are known only to the driver that runs it."""
    connection = systems["network"] if "dnsmasq" in text else test
    return defined(lambda text, _: connection.networkDefineXML(text))(text)


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
        if any(part in words for part in ("Unsupported device type", "missing parent device", "mdevctl")):
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
