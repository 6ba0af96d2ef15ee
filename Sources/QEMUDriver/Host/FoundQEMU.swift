import ByteText
import Glibc
import JSON
import LinuxSystem
import Virt

/// A QEMU of this driver that runs on the host, whatever the records say: found by its arguments.
struct FoundQEMU: Sendable, Equatable {
    var name: String
    var uuid: UUID
    /// The folder of its start.
    var folder: String
    var process: ProcessIdentity
    /// Who runs it.
    var user: UInt32

    /// The number that the domain has in this run: it stands in the name of its folder.
    var id: Int32? {
        let parts = FileSystem.lastPart(of: folder).utf8.split(separator: UInt8(ascii: "-"), maxSplits: 2)
        return parts.count == 3 ? Int32(String(decoding: parts[1], as: UTF8.self)) : nil
    }

    /// What runs on the host as QEMU of this driver, by its own word.
    struct All: Sendable {
        /// Those of users that the driver starts QEMU as.
        var own: [FoundQEMU] = []
        /// Those of others: anybody can give a process such arguments, and guests may run as another user than they will
        /// from now on. Nothing is done with them, but a guest that one of them may be isn't gone.
        var strange: [FoundQEMU] = []
    }

    /// Every process that says it is a QEMU that was started below the driver's folder. Throws where not all
    /// processes of the host can be seen. May wait.
    static func all(of configuration: QEMUConfiguration) throws(SystemError) -> All {
        var found = All()
        for number in try FileSystem.names(in: "/proc").compactMap({ Int32($0) }) {
            do throws(SystemError) {
                let user = try FileSystem.status(of: "/proc/\(number)").user
                let isOwn = configuration.listeners.contains(user)
                do throws(SystemError) {
                    guard let qemu = try find(process: number, below: configuration.library, user) else {
                        continue
                    }
                    if isOwn { found.own.append(qemu) } else { found.strange.append(qemu) }
                } catch {
                    // Of others' processes not all may be seen.
                    if isOwn { throw error }
                }
            } catch {
                // It has ended since.
                guard [ENOENT, ESRCH].contains(error.errno) else { throw error }
            }
        }
        return found
    }

    private static func find(
        process: Int32, below library: String, _ user: UInt32
    ) throws(SystemError) -> FoundQEMU? {
        let words = try FileSystem.read("/proc/\(process)/cmdline", limit: 16 << 20).split(separator: 0)
        guard let arguments = GuestArguments(words.map(Array.init), below: library) else { return nil }
        return FoundQEMU(
            name: arguments.name, uuid: arguments.uuid, folder: arguments.folder,
            process: try ProcessIdentity(of: process), user: user)
    }
}

/// What the arguments of a process say of the guest that it runs, if it is one of the driver's.
struct GuestArguments: Equatable {
    let name: String
    let uuid: UUID
    let folder: String

    init?(_ words: [[UInt8]], below library: String) {
        // The launcher has the same arguments behind its own, for as long as it waits.
        guard let program = words.first, !program.ends(with: Array("roost-launch".utf8)),
            let name = Self.value(of: "-name", in: words).flatMap(Self.guestName),
            let uuid = Self.value(of: "-uuid", in: words).flatMap({
                UUID(String(decoding: $0, as: UTF8.self))
            }),
            let folder = words.lazy.compactMap({ Self.folder(in: $0, below: library) }).first
        else { return nil }
        (self.name, self.uuid, self.folder) = (name, uuid, folder)
    }

    private static func value(of option: String, in words: [[UInt8]]) -> [UInt8]? {
        guard let index = words.firstIndex(of: Array(option.utf8)), index + 1 < words.count else {
            return nil
        }
        return words[index + 1]
    }

    /// The name in `guest=NAME,…`, where a comma of the name's own stands twice.
    private static func guestName(_ value: [UInt8]) -> String? {
        let start = Array("guest=".utf8)
        guard value.starts(with: start) else { return nil }
        return String(validating: unescaped(value.dropFirst(start.count)), as: UTF8.self)
    }

    /// The folder of the start, which the key of its secrets stands in.
    private static func folder(in word: [UInt8], below library: String) -> String? {
        guard let path = keyPath(in: word) else { return nil }
        let (start, end) = (Array("\(library)/domain-".utf8), Array("/master-key.aes".utf8))
        guard path.starts(with: start), path.ends(with: end) else { return nil }
        return String(validating: path.dropLast(end.count), as: UTF8.self)
    }

    /// The file of the key, from the object as JSON or as options.
    private static func keyPath(in word: [UInt8]) -> [UInt8]? {
        if word.first == UInt8(ascii: "{") {
            guard let object = try? JSONValue(parsing: word), object["id"]?.string == "masterKey0" else {
                return nil
            }
            return object["file"]?.string.map { Array($0.utf8) }
        }
        let start = Array("secret,id=masterKey0,format=raw,file=".utf8)
        return word.starts(with: start) ? unescaped(word.dropFirst(start.count)) : nil
    }

    /// An option's value up to the comma that ends it; one of its own stands twice.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var (value, rest) = ([UInt8](), text)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: ",") {
                guard rest.first == byte else { break }
                rest.removeFirst()
            }
            value.append(byte)
        }
        return value
    }
}

extension [UInt8] {
    fileprivate func ends(with other: [UInt8]) -> Bool { suffix(other.count).elementsEqual(other) }
}
