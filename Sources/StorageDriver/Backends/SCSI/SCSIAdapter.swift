import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// Finds a SCSI controller of the host. All of it may wait.
struct SCSIAdapter: Sendable {
    let adapter: PoolAdapter
    /// Where the kernel tells of itself: `/sys`.
    let system: String

    /// The controller's number.
    func host() throws(VirtError) -> Int {
        if adapter.type == .fcHost {
            guard let port = try port() else { throw absent }
            return port
        }
        if let name = adapter.name { return try Self.number(of: name) }
        for host in hosts("scsi_host") where isAtPlace(host) { return host }
        throw VirtError(
            .internalError, "Failed to find scsi_host at the address that the pool names", from: .storage)
    }

    /// The number in a name such as `host5` or `scsi_host5`.
    static func number(of name: String) throws(VirtError) -> Int {
        for start in ["scsi_host", "fc_host", "host"] {
            if let digits = name.droppingBytePrefix(start), let number = Int(digits), number >= 0 {
                return number
            }
        }
        throw VirtError(.internalError, "Invalid adapter name '\(name)' for SCSI pool", from: .storage)
    }

    private func hosts(_ kind: String) -> [Int] {
        ((try? FileSystem.names(in: "\(system)/class/\(kind)")) ?? [])
            .compactMap { $0.droppingBytePrefix("host").flatMap { Int($0) } }.sorted()
    }

    private func isAtPlace(_ host: Int) -> Bool {
        guard let address = adapter.parentAddress,
            let path = try? FileSystem.realPath("\(system)/class/scsi_host/host\(host)"),
            path.contains(bytesOf: "/\(address.description)/")
        else { return false }
        let number = try? FileSystem.readText("\(system)/class/scsi_host/host\(host)/unique_id", limit: 64)
        return number.flatMap { UInt32($0.trimmingBlanks()) } == adapter.uniqueID
    }

    // MARK: Fibre Channel

    /// The port with the pool's names in the world; nil where it isn't there.
    func port() throws(VirtError) -> Int? {
        guard let node = adapter.wwnn, let port = adapter.wwpn else { return nil }
        return hosts("fc_host").first { has($0, "node_name", node) && has($0, "port_name", port) }
    }

    private func has(_ host: Int, _ file: String, _ value: String) -> Bool {
        guard let text = try? FileSystem.readText("\(system)/class/fc_host/host\(host)/\(file)", limit: 64)
        else {
            return false
        }
        return UInt64(text.trimmingBlanks().droppingBytePrefix("0x") ?? "", radix: 16)
            == UInt64(value, radix: 16)
    }

    /// Makes the port, on the one that it is to be a part of; false where it was there.
    func makePort() throws(VirtError) -> Bool {
        if try port() != nil { return false }
        try order("vport_create")
        return true
    }

    /// Removes a port that `makePort` has made.
    func removePort() throws(VirtError) { if try port() != nil { try order("vport_delete") } }

    private func order(_ file: String) throws(VirtError) {
        let parent = try parent()
        let text = "\(adapter.wwpn ?? ""):\(adapter.wwnn ?? "")"
        let folders = ["fc_host", "scsi_host"].map { "\(system)/class/\($0)/host\(parent)/\(file)" }
        guard let path = folders.first(where: { FileSystem.exists($0) }) else {
            throw VirtError(
                .operationInvalid, "vport operation '\(file)' is not supported for host\(parent)",
                from: .storage)
        }
        try VirtError.reporting(
            "Write of '\(text)' to '\(path)' during vport create/delete failed", from: .storage
        ) {
            () throws(SystemError) in try FileSystem.open(path, .writeOnly).writeAll(Array(text.utf8))
        }
    }

    private func parent() throws(VirtError) -> Int {
        let all = hosts("fc_host")
        if let name = adapter.parent {
            let number = try Self.number(of: name)
            if all.contains(number) { return number }
            throw VirtError(
                .xmlError, "parent '\(name)' specified for vHBA does not exist", from: .storage)
        }
        if let node = adapter.parentWWNN, let port = adapter.parentWWPN {
            if let host = all.first(where: { has($0, "node_name", node) && has($0, "port_name", port) }) {
                return host
            }
        } else if let fabric = adapter.parentFabricWWN {
            if let host = all.first(where: { has($0, "fabric_name", fabric) }) { return host }
        } else if let host = all.first(where: {
            FileSystem.exists("\(system)/class/fc_host/host\($0)/vport_create")
        }) {
            return host
        }
        throw VirtError(.xmlError, "the parent of the vHBA does not exist", from: .storage)
    }

    private var absent: VirtError {
        VirtError(
            .internalError,
            "Failed to find SCSI host with wwnn='\(adapter.wwnn ?? "")', wwpn='\(adapter.wwpn ?? "")'",
            from: .storage)
    }

    /// Has the kernel look for disks behind the controller.
    static func scan(_ host: Int, _ system: String) throws(VirtError) {
        let path = "\(system)/class/scsi_host/host\(host)/scan"
        try VirtError.reporting("Could not open '\(path)' to trigger host scan", from: .none) {
            () throws(SystemError) in try FileSystem.open(path, .writeOnly).writeAll(Array("- - -".utf8))
        }
    }
}
