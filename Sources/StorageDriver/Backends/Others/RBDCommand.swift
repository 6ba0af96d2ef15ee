import ByteText
import HostKit
import JSON
import VirtXML

/// What the programs of Ceph are told, and what they say.
struct RBDCommand: Sendable {
    /// The pool in the cluster.
    let pool: String
    private let common: [String]
    /// The user's key, kept out of the arguments, which everybody can read. It may be read more than once, which a pipe can't.
    private let environment: [String: String]

    /// How long the cluster may take to answer, in seconds.
    private static let patience = "30"

    /// - Parameter key: the user's key; nil where nobody logs in.
    init(_ definition: StoragePoolDefinition, key: [UInt8]?) {
        let source = definition.source
        pool = source.name ?? definition.name
        // What a pool doesn't say isn't taken from the host's configuration, either, once it names its monitors.
        var words = source.hosts.isEmpty ? [] : ["-c", "/dev/null", "-m", Self.monitors(source.hosts)]
        if let auth = source.auth {
            words += ["--id", auth.username]
        } else if !source.hosts.isEmpty {
            words += ["--auth_client_required", "none"]
        }
        for option in ["client_mount_timeout", "rados_mon_op_timeout", "rados_osd_op_timeout"] {
            words += ["--\(option)", Self.patience]
        }
        // A name that could end the word would be another option.
        for option in definition.configOptions
        where option.name.utf8.allSatisfy({ $0.isAlphanumeric || $0 == 0x5F }) {
            words += ["--\(option.name)", option.value]
        }
        common = words
        environment =
            key.map { ["CEPH_ARGS": "--key=" + String(decoding: Base64.encode($0), as: UTF8.self)] } ?? [:]
    }

    private static func monitors(_ hosts: [PoolHost]) -> String {
        hosts.map { host in
            let name =
                host.name.contains(byte: ":") && !host.name.hasBytePrefix("[") ? "[\(host.name)]" : host.name
            return host.port.map { "\(name):\($0)" } ?? name
        }.joined(separator: ",")
    }

    private func task(_ program: String, _ words: [String], patience: Duration = .seconds(90)) -> ProgramTask
    {
        var task = ProgramTask(program, common + words, patience: patience)
        task.environment = environment
        return task
    }

    private func rbd(_ words: String...) -> ProgramTask { task("rbd", words) }
    private func image(_ name: String) -> String { "\(pool)/\(name)" }

    // MARK: Pools and images

    func room() -> ProgramTask { task("rados", ["-p", pool, "df", "--format", "json"]) }
    func images() -> ProgramTask { rbd("ls", "-l", "-p", pool, "--format", "json") }

    /// - Parameter size: in bytes.
    func create(_ name: String, _ size: UInt64) -> ProgramTask {
        rbd("create", "--size", "\(size)B", image(name))
    }

    func resize(_ name: String, to size: UInt64, shrinks: Bool) -> ProgramTask {
        task(
            "rbd",
            ["resize", "--no-progress", "--size", "\(size)B"] + (shrinks ? ["--allow-shrink"] : []) + [
                image(name)
            ])
    }

    /// An image may be large, and is removed piece by piece.
    func remove(_ name: String) -> ProgramTask {
        task("rbd", ["rm", "--no-progress", image(name)], patience: .seconds(24 * 3600))
    }

    // MARK: Snapshots

    func takeSnapshot(_ snapshot: String, of name: String) -> ProgramTask {
        rbd("snap", "create", "--no-progress", "\(image(name))@\(snapshot)")
    }
    func protect(_ snapshot: String, of name: String) -> ProgramTask {
        rbd("snap", "protect", "\(image(name))@\(snapshot)")
    }
    func unprotect(_ snapshot: String, of name: String) -> ProgramTask {
        rbd("snap", "unprotect", "\(image(name))@\(snapshot)")
    }
    func removeSnapshot(_ snapshot: String, of name: String) -> ProgramTask {
        rbd("snap", "rm", "--no-progress", "\(image(name))@\(snapshot)")
    }

    func clone(_ name: String, at snapshot: String, to new: String) -> ProgramTask {
        rbd("clone", "\(image(name))@\(snapshot)", image(new))
    }

    // MARK: Answers

    /// An image, or a snapshot of one.
    struct Row: Sendable, Equatable {
        var name: String
        var size: UInt64
        var snapshot: String?
        var isProtected = false
    }

    /// More images than anybody lists.
    private static let mostRows = 1 << 20

    /// Images and their snapshots; nil where the answer can't be understood.
    static func rows(in text: String) -> [Row]? {
        guard let rows = (try? JSONValue(parsing: text))?.array, rows.count <= mostRows else { return nil }
        return rows.compactMap { row in
            guard let name = row["image"]?.string, let size = row["size"]?.uint else { return nil }
            return Row(
                name: name, size: size, snapshot: row["snapshot"]?.string,
                isProtected: row["protected"]?.string == "true")
        }
    }

    /// How much room the cluster has, and how much of it is the pool's; the numbers count KiB.
    func sizes(in text: String) -> PoolSizes? {
        guard let answer = try? JSONValue(parsing: text), let total = answer["total_space"]?.uint,
            let free = answer["total_avail"]?.uint
        else { return nil }
        let own = answer["pools"]?.array?.first { $0["name"]?.string?.hasSameBytes(as: pool) == true }
        return PoolSizes(
            capacity: total &* 1024,
            allocation: own?["size_bytes"]?.uint ?? (own?["size_kb"]?.uint ?? 0) &* 1024,
            available: free &* 1024)
    }

    /// An image as a volume.
    func volume(_ name: String, of size: UInt64) -> StorageVolumeDefinition {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.type, volume.key) = (name, .network, image(name))
        (volume.target.path, volume.target.format) = (volume.key, "raw")
        (volume.capacity, volume.allocation) = (ByteSize(bytes: size), ByteSize(bytes: size))
        return volume
    }
}
