import ByteText
import LinuxSystem
import Virt
import XMLBinding

/// The definitions of one kind of objects on disk, in libvirt's layout: a document each, and for kinds that start with
/// the host a folder of links to those that do.
public struct DefinitionStore<Definition: XMLRoot & Sendable>: Sendable {
    public let documents: DocumentStore
    /// Links to what starts with the host; nil where nothing of the kind does.
    public let autostart: DocumentStore?
    /// Links to what starts with the host the next time alone, beside the others.
    private let autostartOnce: DocumentStore?
    private let named: @Sendable (Definition) -> String?
    private let editor: String?
    private let origin: ErrorDomain

    /// - Parameters:
    ///   - named: what the file of a definition is called.
    ///   - autostart: whether such objects can start with the host.
    ///   - editor: the command that changes such an object, of which the files tell; nil where there is none.
    ///   - origin: where errors about the files come from.
    public init(
        folder: String, autostart: Bool = false, editedBy editor: String? = nil, origin: ErrorDomain,
        named: @escaping @Sendable (Definition) -> String?
    ) {
        documents = DocumentStore(folder: folder)
        let links = autostart ? folder + "/autostart" : nil
        self.autostart = links.map { DocumentStore(folder: $0) }
        autostartOnce = links.map { DocumentStore(folder: $0, suffix: ".xml.once") }
        (self.editor, self.origin, self.named) = (editor, origin, named)
    }

    /// What is read and written: also what is secret about an object.
    private static var options: XMLOptions { [.inactive, .secure] }

    /// A definition that was found.
    public struct Found: Sendable {
        public let name: String
        public let definition: Definition
        public let isAutostarted: Bool
        public let isAutostartedOnce: Bool
    }

    /// What was found, in the order of the names, and what couldn't be read: a sentence for each, naming the file.
    public struct Content: Sendable {
        public var found: [Found] = []
        public var problems: [String] = []
    }

    // MARK: Load

    /// Makes the folders, clears away what was half written, and reads all definitions, on several threads. What can't
    /// be read is told and left as it is.
    public func load() async throws(VirtError) -> Content {
        let (names, links) = try await prepare()
        let share = max(64, names.count / 4 + 1)
        let parts = await withTaskGroup(of: (Int, Content).self) { group in
            for start in stride(from: 0, to: names.count, by: share) {
                let slice = names[start..<min(start + share, names.count)]
                group.addTask { (start, await Blocking.run { self.read(slice, links) }) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return parts.sorted { $0.0 < $1.0 }.reduce(into: Content()) { all, part in
            all.found += part.1.found
            all.problems += part.1.problems
        }
    }

    /// The names of what starts with the host: always, and the next time.
    private typealias Links = (always: Set<ByteName>, once: Set<ByteName>)

    private func prepare() async throws(VirtError) -> (names: [String], links: Links) {
        let (documents, autostart, autostartOnce) = (documents, autostart, autostartOnce)
        do throws(SystemError) {
            return try await Blocking.runPersistently { () throws(SystemError) in
                try documents.prepare()
                try autostart?.prepare()
                let links = try [autostart, autostartOnce].map { (store) throws(SystemError) in
                    Set(try (store?.names() ?? []).map { ByteName($0) })
                }
                return (try documents.names(), (links[0], links[1]))
            }
        } catch {
            throw VirtError(error, "the folder \(documents.folder) can't be made or read", from: origin)
        }
    }

    private func read(_ names: ArraySlice<String>, _ links: Links) -> Content {
        names.reduce(into: Content()) { content, name in
            let path = documents.path(name)
            do {
                let definition = try Definition(xml: try documents.read(name), options: Self.options)
                guard self.named(definition)?.hasSameBytes(as: name) == true else {
                    let other = self.named(definition) ?? ""
                    content.problems.append(
                        "'\(path)' defines '\(other)', other than its name says: it is passed over")
                    return
                }
                content.found.append(
                    Found(
                        name: name, definition: definition,
                        isAutostarted: links.always.contains(ByteName(name)),
                        isAutostartedOnce: links.once.contains(ByteName(name))))
            } catch let error as XMLError {
                content.problems.append("'\(path)' can't be understood and is passed over: \(error.located)")
            } catch {
                content.problems.append("'\(path)' can't be read and is passed over: \(error)")
            }
        }
    }

    // MARK: Change

    /// Puts a definition in its place, in one step; may wait for the disk.
    ///
    /// - Parameter given: how it was given, for a driver that wants to know it.
    public func save(
        _ definition: Definition, as name: String, given: String? = nil
    ) throws(VirtError) {
        var text = try definition.text(Self.options, from: origin)
        if let editor { text = DefinitionFile.text(text, name: name, editedBy: editor, given: given) }
        try VirtError.reporting("cannot write '\(documents.path(name))'", from: origin) {
            () throws(SystemError) in
            try documents.save(name, text)
        }
    }

    /// A definition's file, where there is one; may wait for the disk.
    public func file(_ name: String) -> DefinitionFile? {
        (try? documents.read(name)).map(DefinitionFile.init(text:))
    }

    /// Puts a definition in its place under another name than before; may wait for the disk.
    public func save(
        _ definition: Definition, as name: String, inPlaceOf former: String, isAutostarted: Bool,
        isAutostartedOnce: Bool
    ) throws(VirtError) {
        // The new file first: a daemon that is killed in between finds one identity in two files, and keeps one.
        try save(definition, as: name, given: file(former)?.given)
        if isAutostarted { try? setAutostarted(name, true) }
        if isAutostartedOnce { try? setAutostarted(name, true, once: true) }
        try? remove(former)
    }

    /// Removes a definition, and before it the link that would start it; may wait for the disk. After a power cut some
    /// seconds later they may be there again: nothing is lost by that, and nothing is waited for.
    public func remove(_ name: String) throws(VirtError) {
        try VirtError.reporting("cannot remove '\(documents.path(name))'", from: origin) {
            () throws(SystemError) in
            try autostart?.remove(name)
            try autostartOnce?.remove(name)
            try documents.remove(name)
        }
    }

    /// Has an object start with the host, or no longer; may wait for the disk.
    ///
    /// - Parameter once: whether this is about the next time alone.
    public func setAutostarted(_ name: String, _ isAutostarted: Bool, once: Bool = false) throws(VirtError) {
        guard let link = (once ? autostartOnce : autostart)?.path(name) else { return }
        try VirtError.reporting("cannot change the link '\(link)'", from: origin) { () throws(SystemError) in
            try FileSystem.removeDurably(link)
            if isAutostarted { try FileSystem.makeLink(at: link, to: documents.path(name)) }
        }
    }
}
