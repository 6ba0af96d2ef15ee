import LinuxSystem
import Testing
import Virt
import VirtXML

@testable import QEMUDriver
@testable import QEMUModel

@Suite struct ImageChainTests {
    /// What a qcow2 image of version 3 begins with.
    private func image(backing name: String? = nil, format: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = Array("QFI".utf8) + [0xFB] + number(3, 4)
        var extensions: [UInt8] = []
        if let format {
            let text = Array(format.utf8)
            extensions += number(0xE279_2ACA, 4) + number(UInt64(text.count), 4) + text
            while extensions.count % 8 != 0 { extensions.append(0) }
        }
        extensions += number(0, 8)
        let nameOffset = name == nil ? 0 : UInt64(104 + extensions.count)
        bytes += number(nameOffset, 8) + number(UInt64(name?.utf8.count ?? 0), 4) + number(16, 4)
        bytes += [UInt8](repeating: 0, count: 100 - bytes.count) + number(104, 4)
        return bytes + extensions + Array((name ?? "").utf8)
    }

    private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// A disk on an image in a folder of its own, which `body` may use.
    private func withImages(
        _ files: [String: [UInt8]], _ body: (String) throws -> Void
    ) throws {
        let folder = "/tmp/roost-images-\(UUID.random())"
        try FileSystem.makeDirectory(folder, mode: 0o700)
        defer { try? FileSystem.removeTree(folder) }
        for (name, content) in files {
            try FileSystem.replace("\(folder)/\(name)", with: content, mode: 0o600)
        }
        try body(folder)
    }

    private func disk(_ path: String, _ format: StorageFormat) -> DiskDevice {
        var disk = DiskDevice()
        disk.source = StorageSource(file: path)
        disk.source.index = 1
        disk.driver.format = format
        return disk
    }

    private func filled(_ disks: DiskDevice...) throws -> [DiskDevice] {
        var domain = DomainDefinition()
        domain.devices.disks = disks
        try ImageChain.fill(&domain, account: nil)
        return domain.devices.disks
    }

    @Test("a chain is followed to its end, relative to each image")
    func chain() throws {
        let files = ["top": image(backing: "base", format: "qcow2"), "base": image()]
        try withImages(files) { folder in
            let disk = try #require(try filled(disk("\(folder)/top", .qcow2)).first)
            #expect(disk.backingStore?.index == 2)
            #expect(disk.backingStore?.source?.path == "\(folder)/base")
            #expect(disk.backingStore?.format == .qcow2)
            #expect(disk.backingStore?.backingStore?.isEnd == true)
            #expect(disk.backingStore?.localPaths == ["\(folder)/base"])
        }
    }

    @Test("a raw image ends its chain whatever is written in it")
    func raw() throws {
        try withImages(["disk": image(backing: "/etc/shadow", format: "raw")]) { folder in
            let disk = try #require(try filled(disk("\(folder)/disk", .raw)).first)
            #expect(disk.backingStore?.isEnd == true)
        }
    }

    @Test(
        "a chain that comes back to itself is an error, as is one whose image is missing or of no known format"
    )
    func faults() throws {
        let files = [
            "loop": image(backing: "loop", format: "qcow2"),
            "gone": image(backing: "missing", format: "qcow2"),
            "vague": image(backing: "loop"),
        ]
        try withImages(files) { folder in
            let expected: [(String, ErrorNumber)] = [
                ("loop", .internalError), ("gone", .systemError), ("vague", .operationInvalid),
                ("nothing", .systemError),
            ]
            for (name, code) in expected {
                let error = #expect(throws: VirtError.self) { try filled(disk("\(folder)/\(name)", .qcow2)) }
                #expect(error?.code == code)
            }
        }
    }

    @Test("what the definition says of the chain stands")
    func known() throws {
        try withImages(["top": image(backing: "base", format: "qcow2")]) { folder in
            var disk = disk("\(folder)/top", .qcow2)
            disk.backingStore = BackingStore()
            let found = try filled(disk)
            #expect(found.first?.backingStore == BackingStore())
        }
    }
}
