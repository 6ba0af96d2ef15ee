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

    /// The names of all documents, sorted.
    public func names() throws(SystemError) -> [String] {
        try FileSystem.names(in: folder).filter { $0.hasByteSuffix(suffix) && !$0.hasBytePrefix(".") }
            .map { String($0.dropLast(suffix.count)) }.sorted()
    }

    /// A document's text.
    public func read(_ name: String) throws(SystemError) -> String {
        try FileSystem.readText(path(name), limit: Self.limit)
    }

    /// Puts a document in its place; once this returns it stays there, whatever happens.
    public func save(_ name: String, _ text: String) throws(SystemError) {
        try FileSystem.replace(path(name), with: Array(text.utf8), survivesPowerCut: survivesPowerCut)
    }

    /// Removes a document for good.
    public func remove(_ name: String) throws(SystemError) {
        if survivesPowerCut {
            try FileSystem.removeDurably(path(name))
        } else {
            _ = try FileSystem.remove(path(name))
        }
    }

    /// Refuses a name that can't be a file's: libvirt's words.
    public static func check(name: String) throws(VirtError) {
        if name.contains(byte: "/") {
            throw VirtError(.xmlError, "name \(name) cannot contain '/'", from: .domain)
        }
        if name == "." || name == ".." || name.utf8.contains(0) || name.utf8.count > 240 {
            throw VirtError(.xmlError, "name '\(name)' can't be the name of a file", from: .domain)
        }
    }
}
