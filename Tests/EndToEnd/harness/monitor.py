"""A second monitor of a QEMU, beside the server's own: what a guest does by itself is done through it."""

import contextlib
import json
import socket
import threading

NAMESPACE = "http://libvirt.org/schemas/domain/qemu/1.0"


def on(path):
    """What gives a domain a monitor on a socket."""
    return (f"<qemu:commandline xmlns:qemu='{NAMESPACE}'><qemu:arg value='-qmp'/>"
            f"<qemu:arg value='unix:{path},server=on,wait=off'/></qemu:commandline>")


class Monitor:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("r")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def ask(self, command, **arguments):
        self.socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while "event" in (answer := json.loads(self.lines.readline())):
            pass
        return answer["return"]

    @contextlib.contextmanager
    def repeating(self, command):
        """Asks for the same again and again until the block is left."""
        end = threading.Event()

        def repeat():
            while not end.wait(0.02):
                self.ask(command)

        work = threading.Thread(target=repeat)
        work.start()
        try:
            yield
        finally:
            end.set()
            work.join()
