"""A socket between a client and a daemon, which tells when a call has been answered."""

import socket
import struct
import threading

from . import wire
from .waiting import eventually


class Between:
    """Hands on what both say to each other; `path` is where clients come to."""

    def __init__(self, path, target):
        self.path, self.target = path, target
        self.answered = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # Closing alone wouldn't end an accept that waits.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.path.unlink()

    def wait_for(self, procedure, count=1):
        """Returns when a daemon has answered so many calls of a procedure, each with success."""
        eventually(lambda: self.answered.count(procedure) >= count, f"an answer to call {procedure}")

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            daemon = socket.socket(socket.AF_UNIX)
            daemon.connect(str(self.target))
            for source, sink in ((client, daemon), (daemon, client)):
                threading.Thread(target=self._relay, args=(source, sink, source is daemon), daemon=True).start()

    def _relay(self, source, sink, is_daemon):
        waiting = b""
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                waiting += data
                while len(waiting) >= 4 and len(waiting) >= (length := struct.unpack(">I", waiting[:4])[0]):
                    packet = wire.Packet.parse(waiting[4:length])
                    if is_daemon and (packet.kind, packet.status) == (wire.REPLY, wire.OK):
                        self.answered.append(packet.procedure)
                    waiting = waiting[length:]
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
