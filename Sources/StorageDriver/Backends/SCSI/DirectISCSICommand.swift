import ByteText
import HostKit
import VirtXML

/// What the programs of libiscsi are told, and what they say.
struct DirectISCSICommand: Sendable {
    /// The server's address and port.
    let portal: String
    let target: String
    let initiator: String
    /// The name and the password of a login, kept out of the arguments, which everybody can read.
    var login: [String: String] = [:]

    init(_ source: PoolSource) {
        portal = Self.portal(of: source.hosts.first ?? PoolHost())
        target = source.devices.first?.path ?? ""
        initiator = source.initiator ?? ""
    }

    /// A server of version 6 stands in brackets.
    private static func portal(of host: PoolHost) -> String {
        let name =
            host.name.contains(byte: ":") && !host.name.hasBytePrefix("[") ? "[\(host.name)]" : host.name
        return "\(name):\(host.port ?? 3260)"
    }

    private func task(_ program: String, _ words: [String]) -> ProgramTask {
        var task = ProgramTask(program, ["-i", initiator] + words, patience: .seconds(30))
        task.environment = login
        return task
    }

    /// Asks the server for its targets.
    func targets() -> ProgramTask { task("iscsi-ls", ["iscsi://\(portal)"]) }

    /// Asks the server for its targets, and each of them for its units.
    func units() -> ProgramTask { task("iscsi-ls", ["-s", "iscsi://\(portal)"]) }

    /// Asks how large a unit is.
    func size(of unit: Int) -> ProgramTask {
        task("iscsi-readcapacity16", ["iscsi://\(portal)/\(target)/\(unit)"])
    }

    // MARK: Answers

    /// The names of targets, from lines such as `Target:iqn.x:y Portal:10.0.0.1:3260,1`.
    static func targets(in text: String) -> [String] {
        text.split(atByte: "\n").compactMap {
            $0.splitAtBlanks().first?.droppingBytePrefix("Target:").map(String.init)
        }
    }

    /// The numbers of the target's disks, from the lines behind its own, such as `Lun:1    Type:DIRECT_ACCESS (Size:15M)`.
    func disks(in text: String) -> [Int] {
        var (isOwn, disks) = (false, [Int]())
        for line in text.split(atByte: "\n").prefix(1 << 16) {
            let words = line.splitAtBlanks()
            if let name = words.first?.droppingBytePrefix("Target:") {
                isOwn = name.hasSameBytes(as: target)
            } else if isOwn, let number = words.first?.droppingBytePrefix("Lun:").flatMap({ Int($0) }),
                number >= 0,
                words.count > 1, words[1] == "Type:DIRECT_ACCESS"
            {
                disks.append(number)
            }
        }
        return disks
    }

    /// How large a unit is, in bytes, from a line such as `Total size:16777216`.
    static func size(in text: String) -> UInt64? {
        text.split(atByte: "\n").lazy.compactMap { line in
            line.trimmingBlanks().droppingBytePrefix("Total size:").flatMap { UInt64($0.trimmingBlanks()) }
        }.first
    }

    /// The unit as a volume, whose place on the network libvirt writes so.
    func volume(_ unit: Int, of size: UInt64) -> StorageVolumeDefinition {
        var volume = StorageVolumeDefinition()
        (volume.name, volume.type) = ("unit:0:0:\(unit)", .network)
        volume.key = "ip-\(portal)-iscsi-\(target)-lun-\(unit)"
        volume.target.path = volume.key
        (volume.capacity, volume.allocation) = (ByteSize(bytes: size), ByteSize(bytes: size))
        return volume
    }
}
