import DriverKit
import LinuxSystem
import SecretDriver
import Testing
import Virt
import VirtDriver

@Suite("Secrets on disk")
struct SecretFileTests {
    private let folder: Folder
    private let uuid = UUID.random()
    private let value = Array("correct horse".utf8)

    init() throws { folder = try Folder() }

    private var reference: SecretReference { SecretReference(uuid: uuid) }

    /// Defines the secret, with its value.
    private func store(ephemeral: String = "no") async throws {
        let service = try await folder.driver().service(readOnly: false)
        _ = try await service.secretDefineXML(
            xml: document(uuid, usage: ceph("a"), ephemeral: ephemeral), flags: [])
        try await service.secret(reference).setValue(value: value, flags: 0)
    }

    /// What a daemon that starts now has.
    private func found() async throws -> [UInt8] {
        try await folder.driver().service(readOnly: false).secret(reference).value(flags: 0)
    }

    @Test("the next daemon has it, and neither it nor the key is for others to read")
    func persists() async throws {
        try await store()
        #expect(try await found() == value)
        #expect(folder.names == ["\(uuid).sealed", "\(uuid).xml"])
        for path in [folder.keyFile, "\(folder.secrets)/\(uuid).sealed", "\(folder.secrets)/\(uuid).xml"] {
            #expect(try FileSystem.status(of: path).mode & 0o777 == 0o600, "\(path)")
        }
        let text = String(
            decoding: try FileSystem.read("\(folder.secrets)/\(uuid).sealed", limit: 4096), as: UTF8.self)
        #expect(!text.contains("horse"))
    }

    @Test("an ephemeral secret leaves nothing on disk, and one that becomes so neither")
    func ephemeral() async throws {
        try await store(ephemeral: "yes")
        #expect(folder.names == [])
        try await store()
        let service = try await folder.driver().service(readOnly: false)
        _ = try await service.secretDefineXML(
            xml: document(uuid, usage: ceph("a"), ephemeral: "yes"), flags: [])
        #expect(folder.names == [])
        #expect(try await service.secret(reference).value(flags: 0) == value)
        _ = try await service.secretDefineXML(xml: document(uuid, usage: ceph("a")), flags: [])
        #expect(try await found() == value)
    }

    @Test("a value that libvirt wrote is read, until another takes its place")
    func older() async throws {
        try FileSystem.makeDirectory(folder.secrets, mode: 0o700)
        try FileSystem.replace("\(folder.secrets)/\(uuid).xml", with: document(uuid))
        try FileSystem.replace("\(folder.secrets)/\(uuid).base64", with: "aGVsbG8=")
        #expect(try await found() == Array("hello".utf8))
        try await folder.driver().service(readOnly: false).secret(reference).setValue(value: value, flags: 0)
        #expect(folder.names == ["\(uuid).sealed", "\(uuid).xml"])
        #expect(try await found() == value)
    }

    @Test("a daemon that died between two files leaves a secret that can be used, changed and removed")
    func crash() async throws {
        // The definition is there, the value isn't yet; or the value has gone, the definition hasn't.
        try await store()
        try FileSystem.remove("\(folder.secrets)/\(uuid).sealed")
        try FileSystem.replace("\(folder.secrets)/.roost-0123456789abcdef", with: "half")
        #expect(await error { try await found() }?.code == .noSecret)
        #expect(folder.names == ["\(uuid).xml"])
        try await store()
        // The new value is there, and the older one still.
        try FileSystem.replace("\(folder.secrets)/\(uuid).base64", with: "b2xk")
        #expect(try await found() == value)
        try await folder.driver().service(readOnly: false).secret(reference).undefine()
        #expect(folder.names == [])
    }

    @Test("what can't be read is passed over and left: documents, names, values, keys")
    func damage() async throws {
        try await store()
        let sealed = "\(folder.secrets)/\(uuid).sealed"
        try FileSystem.replace("\(folder.secrets)/\(UUID.random()).xml", with: "<secret>")
        try FileSystem.replace("\(folder.secrets)/\(UUID.random()).xml", with: document(.random()))
        try FileSystem.replace(sealed, with: Array(try FileSystem.read(sealed, limit: 4096).dropLast()))
        let before = folder.names
        let service = try await folder.driver().service(readOnly: false)
        #expect(try await service.numOfSecrets() == 1)
        #expect(await error { try await service.secret(reference).value(flags: 0) }?.code == .noSecret)
        #expect(folder.names == before)
        // A file that is no key isn't taken for one, nor overwritten.
        try FileSystem.replace(folder.keyFile, with: "short")
        let refusal = await error { try await service.secret(reference).setValue(value: value, flags: 0) }
        #expect(refusal?.code == .systemError)
        #expect(refusal?.message.contains("horse") == false)
        #expect(try FileSystem.readText(folder.keyFile) == "short")
    }

    @Test("a key that systemd hands over is used, and what the daemon's own key sealed is still read")
    func credential() async throws {
        try await store()
        let credentials = folder.path + "/credentials"
        try FileSystem.makeDirectory(credentials, mode: 0o700)
        try FileSystem.replace(
            credentials + "/secrets-encryption-key", with: [UInt8](repeating: 9, count: 32))
        folder.credentials = credentials
        #expect(try await found() == value)
        try await folder.driver().service(readOnly: false).secret(reference).setValue(value: [1], flags: 0)
        try FileSystem.remove(folder.keyFile)
        #expect(try await found() == [1])
    }
}
