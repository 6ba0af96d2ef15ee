"""Runs inside the oracle's root: a line of JSON in, a document; a line out, what libvirt makes of it."""
import json, sys, libvirt
import xml.etree.ElementTree as ET

libvirt.registerErrorHandler(lambda *_: None, None)
test = libvirt.open("test:///default")
systems = {name: libvirt.open(name + ":///system") for name in ("nwfilter", "nodedev", "secret", "storage")}
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
        if error.get_error_code() == libvirt.VIR_ERR_CONFIG_UNSUPPORTED or "mdevctl" in error.get_error_message():
            return None
        raise


ASK = {
    "network": defined(lambda text, _: test.networkDefineXML(text)),
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
        print(json.dumps({"err": f"{error.get_error_code()} {error.get_error_message()}"}), flush=True)
