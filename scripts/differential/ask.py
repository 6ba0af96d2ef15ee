"""Runs inside the oracle's root: a line of JSON in, (name, document); a line out, what each daemon makes of it."""
import concurrent.futures, json, os, sys, time, libvirt

libvirt.registerErrorHandler(lambda *_: None, None)
UNDEFINE = libvirt.VIR_DOMAIN_UNDEFINE_NVRAM | libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
DUMP = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


def said(error):
    return f"{error.get_error_code()} {error.get_error_message()}"


def domain(connection, text):
    answer = {}
    try:
        defined = connection.defineXML(text)
        try:
            answer["xml"] = defined.XMLDesc(DUMP)
        finally:
            defined.undefineFlags(UNDEFINE)
    except libvirt.libvirtError as error:
        answer["error"] = said(error)
    try:
        answer["argv"] = connection.domainXMLToNative("qemu-argv", text, 0)
    except libvirt.libvirtError as error:
        answer["argverror"] = said(error)
    return answer


def alive(connection):
    try:
        connection.getLibVersion()
        return True
    except libvirt.libvirtError:
        return False


def again(uri):
    """Some documents end libvirtd."""
    os.system("libvirtd -d")
    for _ in range(50):
        time.sleep(0.2)
        try:
            return libvirt.open(uri)
        except libvirt.libvirtError:
            pass
    sys.exit("libvirtd doesn't come back")


ask, uris = {"domain": domain}[sys.argv[1]], sys.argv[2:]
connections = [libvirt.open(uri) for uri in uris]
both = concurrent.futures.ThreadPoolExecutor(len(uris))
for line in sys.stdin:
    name, text = json.loads(line)
    answers = list(both.map(lambda connection: ask(connection, text), connections))
    if not alive(connections[0]):
        connections[0] = again(uris[0])
        answers = [None, None]
    print(json.dumps([name, *answers]), flush=True)
