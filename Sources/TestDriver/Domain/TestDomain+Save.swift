import DriverKit
import LinuxSystem
import Virt
import VirtDriver
import VirtXML
import XMLBinding

/// Guests of the test host in files, in the layout of libvirt's test driver: a sign, the document's length, the document.
struct TestSaveImage: Sendable {
    let xml: String

    static let sign = Array("TestGuestMagic\0".utf8)
    private static let longest = 32 << 20

    init(xml: String) { self.xml = xml }

    /// May wait.
    init(_ path: String) throws(VirtError) {
        let bytes = try VirtError.reporting("cannot read domain image '\(path)'", from: .test) {
            () throws(SystemError) in try FileSystem.read(path, limit: Self.longest)
        }
        guard bytes.starts(with: Self.sign) else {
            throw VirtError(.internalError, "mismatched header magic", from: .test)
        }
        let rest = bytes.dropFirst(Self.sign.count)
        let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 4, length > 0, rest.count - 4 >= length else {
            throw VirtError(.internalError, "length of metadata out of range", from: .test)
        }
        xml = String(decoding: rest.dropFirst(4).prefix(length), as: UTF8.self)
    }

    /// May wait.
    func write(to path: String, of name: String) throws(VirtError) {
        var bytes = Self.sign
        withUnsafeBytes(of: UInt32(clamping: xml.utf8.count).littleEndian) { bytes += $0 }
        try VirtError.reporting("saving domain '\(name)' to '\(path)': open failed", from: .test) {
            () throws(SystemError) in
            let file = try FileSystem.open(path, [.writeOnly, .create, .truncate])
            try file.writeAll(bytes + Array(xml.utf8))
        }
    }
}

extension TestHost {
    /// Refuses to touch files for others than the user that this process runs as.
    func requireFiles() throws(VirtError) {
        if opensFiles { return }
        throw VirtError(
            .operationDenied,
            "this daemon keeps no files of test guests; use virsh -c test:///default, which does so in its own process",
            from: .test)
    }
}

extension TestDomain {
    func save(to: String) async throws(VirtError) { try await saveFlags(to: to, dxml: nil, flags: []) }

    func saveFlags(to: String, dxml: String?, flags: DomainSaveRestoreFlags) async throws(VirtError) {
        try flags.requireOneState()
        try Self.driver.require(flags, in: "DomainSaveFlags")
        try host.requireFiles()
        if dxml != nil {
            throw Self.driver.error(.argumentUnsupported, "xml modification unsupported")
        }
        try await withGuest("save") { (domain: isolated TestDomain) async throws(VirtError) in
            let name = domain.snapshot.name
            let image = TestSaveImage(xml: try await domain.xmlDesc(flags: .secure))
            try await Blocking.run { () throws(VirtError) in try image.write(to: to, of: name) }
            await domain.stop(.saved)
        }
    }

    func coreDump(to: String, flags: DomainCoreDumpFlags) async throws(VirtError) {
        try await coreDumpWithFormat(to: to, dumpformat: 0, flags: flags)
    }

    func coreDumpWithFormat(
        to: String, dumpformat: UInt32, flags: DomainCoreDumpFlags
    ) async throws(VirtError) {
        try flags.requireOneEnd()
        try Self.driver.require(flags, .crash, in: "DomainCoreDumpWithFormat")
        try host.requireFiles()
        if dumpformat != 0 {
            throw Self.driver.error(.argumentUnsupported, "kdump-compressed format is not supported here")
        }
        try await withGuest("dump") { (domain: isolated TestDomain) async throws(VirtError) in
            let name = domain.snapshot.name
            try await Blocking.run { () throws(VirtError) in
                try VirtError.reporting("domain '\(name)' coredump: failed to open \(to)", from: .test) {
                    () throws(SystemError) in
                    let file = try FileSystem.open(to, [.writeOnly, .create, .truncate])
                    try file.writeAll(TestSaveImage.sign)
                }
            }
            if flags.contains(.crash) { await domain.stop(.crashed) }
        }
    }

    /// Starts the guest that was saved.
    func restore(_ definition: DomainDefinition) async throws(VirtError) {
        try await withJob(.modify, "restore") { (domain: isolated TestDomain) async throws(VirtError) in
            try domain.requireName(definition.name)
            if domain.snapshot.isActive {
                let message = "domain '\(domain.snapshot.name)' is already active"
                throw VirtError(.operationInvalid, message, from: .domain)
            }
            let id = domain.host.domains.nextID()
            domain.become(.running, DomainRunningReason.restored.rawValue) { $0.start(definition, as: id) }
        }
    }
}

extension TestHypervisor {
    func domainRestore(from: String) async throws(VirtError) {
        try await domainRestoreFlags(from: from, dxml: nil, flags: [])
    }

    func domainRestoreFlags(
        from: String, dxml: String?, flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        try flags.requireOneState()
        try TestDomain.driver.require(flags, in: "DomainRestoreFlags")
        try host.requireFiles()
        if dxml != nil {
            throw TestDomain.driver.error(.argumentUnsupported, "xml modification unsupported")
        }
        let image = try await Blocking.run { () throws(VirtError) in try TestSaveImage(from) }
        let definition = try await host.definition(image.xml)
        _ = try await withDomain(of: definition) { (domain) async throws(VirtError) in
            try await domain.restore(definition)
        }
    }

    func domainSaveImageXMLDesc(
        file: String, flags: DomainSaveImageXMLFlags
    ) async throws(VirtError) -> String {
        try TestDomain.driver.require(flags, .secure, in: "DomainSaveImageGetXMLDesc")
        try host.requireFiles()
        let image = try await Blocking.run { () throws(VirtError) in try TestSaveImage(file) }
        let definition = try await host.definition(image.xml)
        return try definition.text(flags.contains(.secure) ? [.inactive, .secure] : .inactive)
    }

    func domainSaveImageDefineXML(
        file: String, dxml: String, flags: DomainSaveRestoreFlags
    ) async throws(VirtError) {
        try TestDomain.driver.require(flags, [.running, .paused], in: "DomainSaveImageDefineXML")
        try host.requireFiles()
        _ = try await Blocking.run { () throws(VirtError) in try TestSaveImage(file) }
        let definition = try await host.definition(dxml)
        let image = TestSaveImage(xml: try definition.text(.secure))
        try await Blocking.run { () throws(VirtError) in try image.write(to: file, of: definition.name) }
    }
}
