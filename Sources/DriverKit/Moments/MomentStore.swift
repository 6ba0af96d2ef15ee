import ByteText
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

/// The records of moments on disk, as libvirt keeps them: a folder for each domain, a document for each moment.
///
/// Its calls wait for the disk: make them through `Blocking.run`.
public struct MomentStore<Definition: Moment>: Sendable {
    public let folder: String
    private let origin: ErrorDomain

    /// - Parameter origin: where errors about the files come from.
    public init(folder: String, origin: ErrorDomain) { (self.folder, self.origin) = (folder, origin) }

    /// The documents of a domain's moments.
    private func documents(_ domain: String) -> DocumentStore {
        DocumentStore(folder: "\(folder)/\(domain)")
    }

    /// The names of the domains that have a folder.
    public func domains() -> [String] { (try? FileSystem.names(in: folder)) ?? [] }

    /// All moments of a domain, and a sentence for each record that can't be read, which stays as it is.
    public func load(_ domain: String) -> (tree: MomentTree<Definition>, problems: [String]) {
        let documents = documents(domain)
        guard FileSystem.exists(documents.folder) else { return (MomentTree(), []) }
        try? FileSystem.removeLeftovers(in: documents.folder)
        var (found, problems): ([(moment: Definition, written: Int64)], [String]) = ([], [])
        do throws(SystemError) {
            for name in try documents.names() {
                let path = documents.path(name)
                do {
                    let moment = try Definition(xml: documents.read(name), options: [.inactive, .secure])
                    guard moment.name?.hasSameBytes(as: name) == true else {
                        problems.append("'\(path)' is of '\(moment.name ?? "")', other than its name says")
                        continue
                    }
                    found.append((moment, (try? FileSystem.status(of: path).modified) ?? 0))
                } catch let error as XMLError {
                    problems.append("'\(path)' can't be understood: \(error.located)")
                } catch {
                    problems.append("'\(path)' can't be read: \(error)")
                }
            }
        } catch {
            problems.append("the folder \(documents.folder) can't be read: \(error)")
        }
        return (Self.tree(found), problems)
    }

    /// The moments in the order that they were made. Where a daemon was killed while another became the current one, two
    /// say that they are: the one that was written later is.
    private static func tree(_ found: [(moment: Definition, written: Int64)]) -> MomentTree<Definition> {
        var tree = MomentTree<Definition>()
        let inOrder = found.sorted {
            ($0.moment.creationTime ?? 0, $0.written) < ($1.moment.creationTime ?? 0, $1.written)
        }
        for moment in inOrder.map(\.moment) { tree.put(moment) }
        let marked = found.filter(\.moment.isMarkedCurrent).max { $0.written < $1.written }
        tree.setCurrent(marked?.moment.name)
        return tree
    }

    /// Puts a moment's record in its place, in one step.
    public func save(_ moment: Definition, of domain: String) throws(VirtError) {
        guard let name = moment.name else { return }
        let documents = documents(domain)
        let xml = try moment.text([.inactive, .secure], from: origin)
        let text = DefinitionFile.text(
            xml, name: "\(domain) \(name)", editedBy: "\(Definition.kind.noun)-edit")
        try VirtError.reporting("cannot write '\(documents.path(name))'", from: origin) {
            () throws(SystemError) in
            try FileSystem.makeDirectory(documents.folder, mode: 0o700, parents: true)
            try documents.save(name, text)
        }
    }

    /// Removes a moment's record, and the folder where it was the last.
    public func remove(_ name: String, of domain: String) throws(VirtError) {
        let documents = documents(domain)
        try VirtError.reporting("cannot remove '\(documents.path(name))'", from: origin) {
            () throws(SystemError) in
            try documents.remove(name)
        }
        if (try? documents.names().isEmpty) == true { try? FileSystem.removeEmptyFolder(documents.folder) }
    }

    /// Removes all records of a domain.
    public func removeAll(of domain: String) throws(VirtError) {
        let path = documents(domain).folder
        if !FileSystem.exists(path) { return }
        try VirtError.reporting("cannot remove '\(path)'", from: origin) { () throws(SystemError) in
            try FileSystem.removeTree(path)
        }
    }

    /// Has the records follow a domain to its new name.
    public func rename(_ old: String, to new: String) throws(VirtError) {
        let (from, to) = (documents(old).folder, documents(new).folder)
        if !FileSystem.exists(from) { return }
        try VirtError.reporting("cannot rename '\(from)' to '\(to)'", from: origin) {
            () throws(SystemError) in
            try FileSystem.rename(from, to: to)
        }
    }
}
