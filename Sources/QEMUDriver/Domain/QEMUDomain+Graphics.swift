import DriverKit
import JSON
import LinuxSystem
import Virt
import VirtDriver
import VirtXML

/// A guest's display: new certificates for it, and viewers that come with a socket of their own.
extension QEMUDomain {
    func graphicsReload(type: UInt32, flags: UInt32) async throws(VirtError) {
        guard type < 2 else {
            throw .refused("virDomainGraphicsReload", "type", "type must be less than 2", from: .qemu)
        }
        try flags.require(in: "qemuDomainGraphicsReload", from: .qemu)
        let isVNC = try existing().definition.devices.graphics.contains { $0.type == .vnc }
        // Whichever display there is: where none has certificates there is nothing to do.
        if type == 0, !isVNC { return }
        try await withJob(.modify, "graphics") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.ask("display-reload", ["type": "vnc", "tls-certs": true])
        }
    }

    func openGraphics(
        idx: UInt32, flags: DomainOpenGraphicsFlags, files: [Descriptor]
    ) async throws(VirtError) {
        try flags.require(.skipauth, in: "qemuDomainOpenGraphics", from: .qemu)
        guard let file = files.first, files.count == 1 else {
            throw VirtError(.rpc, "expected one descriptor, got \(files.count)", from: .qemu)
        }
        guard (try? file.status().kind) == .socket else {
            throw .refused("virDomainOpenGraphics", "fd", "fd must be a socket")
        }
        try await open(idx, flags, to: file)
    }

    func openGraphicsFD(
        idx: UInt32, flags: DomainOpenGraphicsFlags
    ) async throws(VirtError) -> [Descriptor] {
        try flags.require(.skipauth, in: "qemuDomainOpenGraphicsFD", from: .qemu)
        try requireGuest()
        let ends = try VirtError.reporting("unable to create socket pair", from: .qemu) {
            () throws(SystemError) in try UnixSocket.pair()
        }
        try await open(idx, flags, to: ends.0)
        return [ends.1]
    }

    /// Has QEMU serve a viewer at its end of a socket.
    private func open(
        _ index: UInt32, _ flags: DomainOpenGraphicsFlags, to end: Descriptor
    ) async throws(VirtError) {
        try await withJob(.modify, "graphics") { (domain: isolated QEMUDomain) async throws(VirtError) in
            try domain.requireGuest()
            let displays = domain.snapshot.live?.devices.graphics ?? []
            guard displays.indices.contains(Int(index)) else {
                throw VirtError(.internalError, "No graphics backend with index \(index)", from: .qemu)
            }
            let type = displays[Int(index)].type
            guard let name = [.vnc: "vnc", .spice: "spice", .dbus: "@dbus-display"][type] else {
                throw VirtError(
                    .configUnsupported,
                    "Can only open VNC, SPICE or D-Bus p2p graphics backends, not \(type.rawValue)",
                    from: .qemu)
            }
            try await domain.ask("getfd", ["fdname": "graphicsfd"], descriptors: [end])
            do throws(VirtError) {
                try await domain.ask(
                    "add_client",
                    [
                        "protocol": .string(name), "fdname": "graphicsfd",
                        "skipauth": .bool(flags.contains(.skipauth)),
                    ])
            } catch {
                _ = try? await domain.ask("closefd", ["fdname": "graphicsfd"])
                throw error
            }
        }
    }
}
