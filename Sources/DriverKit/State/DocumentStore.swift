import ByteText
import LinuxSystem
import Virt

/// Documents on disk, a file each, named after the object: each is there whole or not at all.
///
/// Its calls wait for the disk: make them through `Blocking.run`.
public struct DocumentStore: Sendable {
    public let folder: String
    /// What the files' names end with.
    public let suffix: String
    /// Whether the documents mean something after the machine has stopped.
    public let survivesPowerCut: Bool

    public init(folder: String, suffix: String = ".xml", survivesPowerCut: Bool = true) {
        self.folder = folder
        self.suffix = suffix
        self.survivesPowerCut = survivesPowerCut
    }

    /// The largest document that is read, in bytes.
    private static let limit = 32 << 20

    /// The file of an object.
    public func path(_ name: String) -> String { "\(folder)/\(name)\(suffix)" }

    /// Makes the folder, and removes what a daemon that was killed left half written.
    public func prepare(mode: UInt32 = 0o700) throws(SystemError) {
        try FileSystem.makeDirectory(folder, mode: mode, parents: true)
        try FileSystem.removeLeftovers(in: folder)
    }

    /// The names of all documents, sorted by their bytes. Every document's file ends with the suffix; those that are not
    /// yet in place don't, so a document may be called as they are.
    public func names() throws(SystemError) -> [String] {
        try FileSystem.names(in: folder).compactMap { file in
            file.droppingByteSuffix(suffix).map { ByteName(String($0)) }
        }.sorted().map(\.text)
    }

    /// A document's text.
    public func read(_ name: String) throws(SystemError) -> String {
        try FileSystem.readText(path(name), limit: Self.limit)
    }

    /// Puts a document in its place; once this returns it stays there, whatever happens.
    public func save(_ name: String, _ text: String) throws(SystemError) {
        try FileSystem.replace(path(name), with: Array(text.utf8), survivesPowerCut: survivesPowerCut)
    }

    /// Removes a document. After a power cut some seconds later it may be there again.
    public func remove(_ name: String) throws(SystemError) {
        _ = try FileSystem.remove(path(name))
    }

    /// How many bytes a name may have: what libvirt has room for in a file's name of 255, with `.xml.new` behind it.
    public static let longestName = 247

    /// Refuses a name that can't be a file's, or that a document can't hold: libvirt's words, where it has some.
    ///
    /// - Parameter origin: where the error comes from.
    public static func check(name: String, from origin: ErrorDomain = .domain) throws(VirtError) {
        if name.contains(byte: "/") {
            throw VirtError(.xmlError, "name \(name) cannot contain '/'", from: origin)
        }
        if name.hasSameBytes(as: ".") || name.hasSameBytes(as: "..") {
            throw VirtError(.xmlError, "name '\(name)' can't be the name of a file", from: origin)
        }
        if name.utf8.count > longestName {
            let message =
                "name '\(name)' is too long: it has \(name.utf8.count) bytes, and \(longestName) are possible"
            throw VirtError(.xmlError, message, from: origin)
        }
        guard name.unicodeScalars.allSatisfy(isLetter) else {
            throw VirtError(
                .xmlError, "invalid char in name: '\(name)' can't stand in a document", from: origin)
        }
    }

    /// Whether a letter of Unicode can stand in a name. A document can hold neither control characters, but for blanks,
    /// nor the two that are none.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0D: true
        case 0..<0x20, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
