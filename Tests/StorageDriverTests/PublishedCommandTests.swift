import ByteText
import HostKit
import PublishedData
import Testing
import Virt
import VirtXML
import XMLBinding

@testable import StorageDriver

/// What programs are told of published pools and volumes.
@Suite struct PublishedCommandTests {
    @Test("a pool is mounted as libvirt does it, on each system", .published)
    func mounts() throws {
        let folder = "storagepool-argv/storagepoolxml2argvdata"
        var count = CaseCount("storagepool-argv")
        for file in Published.names(in: folder) {
            let name = String(try #require(file.droppingByteSuffix(".argv")))
            let (document, options) = Self.system(of: name)
            guard let xml = Published.text("storagepool/storagepoolxml2xmlin/\(document).xml") else {
                continue
            }
            let pool = try StoragePoolDefinition(xml: xml, options: .inactive)
            let words =
                switch pool.type {
                case .fs, .netfs: ["mount"] + MountCommand.mount(pool, standard: options)
                case .logical: ["vgchange"] + LogicalCommand.activate(pool.source.name ?? "", true).arguments
                default: [String]()
                }
            if words.isEmpty { continue }
            count.add(name, Self.difference([words], Published.text("\(folder)/\(file)")))
        }
        count.tell()
    }

    /// The document of a case, and the options that pools have on its system.
    private static func system(of name: String) -> (String, [String]) {
        if let document = name.droppingByteSuffix("-linux") { return (String(document), MountCommand.linux) }
        if let document = name.droppingByteSuffix("-freebsd") {
            return (String(document), ["nosuid", "noexec"])
        }
        return (name, [])
    }

    /// The documents of cases: a volume, and what it is filled from. Of the others they aren't among the data.
    private static let volumes: [(name: String, volume: String, source: String?)] = [
        ("luks", "vol-luks", nil), ("qcow2-lazy", "vol-qcow2-lazy", nil),
        ("qcow2-nobacking-prealloc-compat", "vol-qcow2-nobacking", nil),
        ("logical-from-qcow2", "vol-logical", "vol-qcow2"),
        ("qcow2-from-logical-compat", "vol-qcow2-nobacking", "vol-logical"),
    ]

    @Test("qemu-img is told what libvirt tells it", .published)
    func images() throws {
        var count = CaseCount("storagevol-argv")
        for (name, volume, source) in Self.volumes {
            guard let expected = Published.text("storagevol-argv/storagevolxml2argvdata/\(name).argv") else {
                continue
            }
            count.add(name) {
                let made = try Self.volume(volume)
                let isPreallocated = name.contains(bytesOf: "prealloc")
                let command =
                    if let source {
                        try ImageCommand.convert(Self.volume(source), to: made, at: made.target.path ?? "")
                    } else {
                        try ImageCommand.create(
                            made, at: made.target.path ?? "", preallocatesMetadata: isPreallocated,
                            secretFile: "/path/to/secretFile")
                    }
                return Self.difference([["qemu-img"] + command.words], expected)
            }
        }
        count.tell()
    }

    private static func volume(_ name: String) throws -> StorageVolumeDefinition {
        let xml = try #require(Published.text("storagevol/storagevolxml2xmlin/\(name).xml"))
        var volume = try StorageVolumeDefinition(xml: xml, options: .inactive)
        try? volume.fillDefaults(pool: .dir)
        return volume
    }

    private static func difference(_ commands: [[String]], _ expected: String?) -> String {
        let written = commands.map { $0.joined(separator: " ") }.joined(separator: "\n")
        let wanted = expected?.replacing(bytesOf: "\\\n", with: "").trimmingBlanks() ?? "an error"
        return written.hasSameBytes(as: wanted) ? "" : "--- expected\n\(wanted)\n--- written\n\(written)"
    }
}
