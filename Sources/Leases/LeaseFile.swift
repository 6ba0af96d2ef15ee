import ByteText
import JSON
import LinuxSystem

/// The file of the leases on a bridge, `BRIDGE.status`. Its calls wait for the disk.
public struct LeaseFile: Sendable {
    private let path: String

    /// More than any network has addresses for.
    private static let largest = 64 << 20

    public init(_ path: String) { self.path = path }

    /// The leases, the latest last; none where there is no file, or where nobody can read it as one.
    public func read() -> [DHCPLease] {
        guard let text = try? FileSystem.readText(path, limit: Self.largest),
            let list = (try? JSONValue(parsing: text))?.array
        else { return [] }
        return list.compactMap { DHCPLease($0) }
    }

    /// Puts leases in place of those that are there, in one step.
    public func write(_ leases: [DHCPLease]) throws(SystemError) {
        let text = leases.map { lease in
            "  {\n" + lease.fields.map { "    \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n  }"
        }
        let whole = leases.isEmpty ? "[]\n" : "[\n" + text.joined(separator: ",\n") + "\n]\n"
        try FileSystem.replace(path, with: whole, mode: 0o644, survivesPowerCut: false)
    }
}
