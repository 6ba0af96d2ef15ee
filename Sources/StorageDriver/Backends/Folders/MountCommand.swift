import ByteText
import VirtXML

/// What mount(8) and mkfs(8) are told for a pool: a value, so that it can be compared.
enum MountCommand {
    /// What is mounted, where it comes from.
    static func source(of pool: StoragePoolDefinition) -> String {
        guard pool.type == .netfs else { return pool.source.devices.first?.path ?? "" }
        let (host, folder) = (pool.source.hosts.first?.name ?? "", pool.source.dir ?? "")
        return pool.source.format == "cifs" ? "//\(host)/\(folder)" : "\(host):\(folder)"
    }

    /// The words of a mount.
    ///
    /// - Parameter standard: options that the system's pools have.
    static func mount(_ pool: StoragePoolDefinition, standard: [String] = linux) -> [String] {
        var options = standard
        let format = pool.source.format
        if pool.type == .netfs {
            if format == "glusterfs" { options.append("direct-io-mode=1") }
            if format == "cifs" { options.append("guest") }
            if let version = pool.source.protocolVersion { options.append("nfsvers=\(version)") }
        }
        options += pool.mountOptions
        var words = options.isEmpty ? [] : ["-o", options.joined(separator: ",")]
        if let format, pool.type == .fs || format != "auto" { words += ["-t", format] }
        return words + [source(of: pool), pool.target?.path ?? ""]
    }

    /// What is on a pool's file system is data, whatever it says of itself.
    static let linux = ["nodev", "nosuid", "noexec"]

    /// The words that make a file system. It was looked before whether that is wanted: mkfs needn't ask again.
    static func make(_ format: String, on device: String) -> [String] {
        let force = format == "xfs" ? ["-f"] : format.hasBytePrefix("ext") ? ["-F"] : []
        return ["-t", format] + force + [device]
    }
}
