import DriverKit
import HostKit
import JSON
import LinuxSystem
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// What QEMU shows of a guest only by writing a file.
extension QEMUDomain {
    func screenshot(screen: UInt32, flags: UInt32) async throws(VirtError) -> (String?, any DataStream) {
        try flags.require(in: "qemuDomainScreenshot", from: .qemu)
        let (file, path, mime) = try await withJob(.query, "screenshot") {
            (domain: isolated QEMUDomain) async throws(VirtError) in try await domain.screenshot(screen)
        }
        let stream = FileStream(file, at: path, offset: 0, length: 0, isSparse: false, isWriter: false) {}
        return (mime, stream)
    }

    private func screenshot(_ screen: UInt32) async throws(VirtError) -> (Descriptor, String, String) {
        try requireGuest()
        var arguments = try screenArguments(screen)
        let qemu = try await context.capabilities(of: snapshot.live?.devices.emulator ?? "")
        let isPNG = qemu.schema.has("screendump", "format", "png")
        if isPNG { arguments.add("format", "png") }
        let wanted = arguments
        let (file, path) = try await fileOfGuest { (path) async throws(VirtError) in
            var arguments = wanted
            arguments.add("filename", path)
            try await ask("screendump", arguments)
        }
        return (file, path, isPNG ? "image/png" : "image/x-portable-pixmap")
    }

    /// Which of the guest's screens is meant: they are counted through all of its cards.
    private func screenArguments(_ screen: UInt32) throws(VirtError) -> JSONObject {
        let cards = snapshot.live?.devices.videos ?? []
        guard !cards.isEmpty else {
            throw VirtError(.operationInvalid, "no screens to take screenshot from", from: .qemu)
        }
        if screen == 0 { return [:] }
        var left = screen
        for card in cards {
            let heads = max(1, card.heads ?? 1)
            if left < heads {
                var arguments: JSONObject = [:]
                arguments.add("device", card.info.alias)
                arguments.add("head", left)
                return arguments
            }
            left -= heads
        }
        throw VirtError(.invalidArg, "no such screen", from: .qemu)
    }

    func memoryPeek(offset: UInt64, size: UInt32, flags: DomainMemoryFlags) async throws(VirtError) -> [UInt8]
    {
        try flags.require([.virtual, .physical], in: "qemuDomainMemoryPeek", from: .qemu)
        if flags.isSuperset(of: [.virtual, .physical]) {
            throw VirtError(
                code: .invalidArg, domain: .domain,
                message: "Flags 'VIR_MEMORY_VIRTUAL' and 'VIR_MEMORY_PHYSICAL' are mutually exclusive")
        }
        guard !flags.isEmpty else {
            throw VirtError(
                .invalidArg, "flags parameter must be VIR_MEMORY_VIRTUAL or VIR_MEMORY_PHYSICAL", from: .qemu)
        }
        guard size <= Self.longestPeek, offset <= UInt64(Int64.max) else {
            throw VirtError(
                .invalidArg, "a piece of memory is at most \(Self.longestPeek) bytes long", from: .qemu)
        }
        return try await withJob(.query, "memory-peek") {
            (domain: isolated QEMUDomain) async throws(VirtError) in
            try await domain.peek(offset, size, flags == .virtual ? "memsave" : "pmemsave")
        }
    }

    /// As much as a reply can hold.
    private static let longestPeek: UInt32 = 4 << 20

    private func peek(_ offset: UInt64, _ size: UInt32, _ command: String) async throws(VirtError) -> [UInt8]
    {
        let (file, path) = try await fileOfGuest { (path) async throws(VirtError) in
            try await ask(
                command, ["val": JSONValue(offset), "size": JSONValue(size), "filename": .string(path)])
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try await Blocking.run { () throws(SystemError) in
                try file.read(at: 0, atMost: Int(size))
            }
        } catch {
            throw VirtError(error, "what QEMU has written to \(path) can't be read")
        }
        guard bytes.count == Int(size) else {
            throw VirtError(.operationFailed, "QEMU has written \(bytes.count) of \(size) bytes", from: .qemu)
        }
        return bytes
    }

    /// Has QEMU write something to a file that is made for it, which has no name any more when it is given. Nobody can put another
    /// in its place: it is open before QEMU hears of it.
    private func fileOfGuest(
        _ write: (String) async throws(VirtError) -> Void
    ) async throws(VirtError) -> (Descriptor, String) {
        let folder = try requireGuest().held.folder
        let path = folder + "/" + FileSystem.temporaryPrefix + Random.hexadecimal(bytes: 8)
        let account = context.configuration.account
        let file: Descriptor
        do throws(SystemError) {
            file = try await Blocking.run { () throws(SystemError) in
                let file = try FileSystem.open(path, [.readWrite, .create, .exclusive], links: .refuseLast)
                if let account { try file.setOwner(user: account.user, group: account.group) }
                return file
            }
        } catch {
            throw VirtError(error, "Failed to create file '\(path)'")
        }
        let result: Result<Void, VirtError>
        do throws(VirtError) { result = .success(try await write(path)) } catch { result = .failure(error) }
        await Blocking.run { _ = try? FileSystem.remove(path) }
        try result.get()
        return (file, path)
    }
}
