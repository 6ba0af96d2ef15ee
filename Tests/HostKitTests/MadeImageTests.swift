import LinuxSystem
import PublishedData
import Testing
import VirtXML

@testable import HostKit

/// Headers as qemu-img writes them.
@Suite(.needs(FileSystem.exists("/usr/bin/qemu-img"), "qemu-img is not installed"))
struct MadeImageTests {
    private static let size: UInt64 = 10 << 20

    /// Makes an image and reads it, as one of a known format and as one of an unknown.
    private func make(
        _ format: StorageFormat, _ options: [String] = [], below: String? = nil
    ) async throws -> (known: ImageHeader?, detected: ImageHeader) {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-made-")
        defer { try? FileSystem.removeTree(folder) }
        let (path, base) = ("\(folder)/image", "\(folder)/base")
        var words = ["create", "-q", "-f", format.rawValue] + options
        if let below {
            try await run(["create", "-q", "-f", below, base, "\(Self.size)"])
            words += ["-b", base, "-F", below]
        }
        try await run(words + [path, "\(Self.size)"])
        let content = try ImageContent(of: path)
        var known = ImageHeader(content, format: format)
        if known?.backing?.name == base { known?.backing?.name = "base" }
        return (known, ImageHeader(detecting: content))
    }

    private func run(_ words: [String]) async throws {
        let done = try await ProgramRun.run("/usr/bin/qemu-img", words, timeout: .seconds(60))
        try #require(done.status.isSuccess, "qemu-img \(words): \(done.text)")
    }

    @Test(
        "every format that qemu-img makes is known, with the size that the guest sees",
        arguments: [.qcow, .qcow2, .qed, .vmdk, .vdi] as [StorageFormat])
    func formats(format: StorageFormat) async throws {
        let made = try await make(format)
        var expected = ImageHeader(format: format, virtualSize: Self.size)
        if format == .qcow2 { expected.qcow2 = .init(version: 3, clusterSize: 65536) }
        #expect(made.known == expected)
        #expect(made.detected == made.known)
    }

    @Test("an image of qcow2 says of which kind it is")
    func kind() async throws {
        let older = try await make(.qcow2, ["-o", "compat=0.10,cluster_size=4096"]).known?.qcow2
        #expect(older == .init(version: 2, clusterSize: 4096))
        let newer = try await make(.qcow2, ["-o", "lazy_refcounts=on,extended_l2=on,cluster_size=131072"])
            .known
        var expected = ImageHeader.QCOW2(version: 3, clusterSize: 131072)
        (expected.hasLazyReferenceCounts, expected.hasExtendedTable) = (true, true)
        #expect(newer?.qcow2 == expected)
    }

    @Test(
        "an image names the one below it, with its format where it has a place for that",
        arguments: [
            (.qcow2, "raw", .raw), (.qcow2, "vmdk", .vmdk), (.qcow, "qcow", nil), (.qed, "raw", .raw),
            (.qed, "qed", nil), (.vmdk, "vmdk", .vmdk),
        ] as [(StorageFormat, String, StorageFormat?)])
    func backing(format: StorageFormat, below: String, known: StorageFormat?) async throws {
        #expect(try await make(format, below: below).known?.backing == .init(name: "base", format: known))
    }

    @Test("qcow2 of the older kind names the one below it, too")
    func older() async throws {
        let made = try await make(.qcow2, ["-o", "compat=0.10"], below: "raw").known
        #expect(made?.backing == .init(name: "base", format: .raw))
    }

    @Test(
        "VMware's images are known whether they are one file or a text that names others",
        arguments: [
            "monolithicSparse", "monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat",
            "streamOptimized",
        ])
    func vmdk(kind: String) async throws {
        let made = try await make(.vmdk, ["-o", "subformat=\(kind)"])
        #expect(made.known == ImageHeader(format: .vmdk, virtualSize: Self.size))
        #expect(made.detected == made.known)
    }

    @Test("Virtual PC's images are known by their start, or by their end where they don't grow")
    func vpc() async throws {
        let growing = try await make(.vpc)
        #expect(growing.detected == growing.known)
        let fixed = try await make(.vpc, ["-o", "subformat=fixed"]).known
        // They come in whole cylinders.
        for size in [growing.known?.virtualSize, fixed?.virtualSize] {
            #expect(try #require(size) >= Self.size)
            #expect(try #require(size) < Self.size + 1 << 20)
        }
    }
}
