import ByteText
import Virt
import XMLBinding

/// A kind of entry that a running network's lists can be changed by.
protocol NetworkEntry: XMLElement {
    /// The element's name.
    static var entryName: String { get }
    /// What messages call entries of this kind, such as `dhcp host`.
    static var words: String { get }
    /// Whether an entry can be replaced while it's in place.
    static var isReplaceable: Bool { get }

    /// Whether this is what an entry that may say less stands for, when one is removed.
    func isMeant(by other: Self) -> Bool
    /// Whether this is the entry that another would replace.
    func isReplaced(by other: Self) -> Bool
    /// Whether there can't be another such entry beside this one.
    func collides(with other: Self) -> Bool
    /// What is said where a network has no such entry, has one already, or several.
    func missing(in network: String, toBeChanged: Bool) -> String
    func existing(in network: String) -> String
    static func several(in network: String) -> String
    /// Throws if an entry can't be added to a network with that address.
    func check(ip: NetworkIP?, network: String) throws(XMLError)
    /// Throws if an entry can't stand among those.
    func check(among others: [Self], network: String) throws(XMLError)
}

extension NetworkEntry {
    static var isReplaceable: Bool { true }
    func missing(in network: String, toBeChanged: Bool) -> String {
        "couldn't locate a matching \(Self.words) entry in network '\(network)'"
    }
    static func several(in network: String) -> String {
        "multiple matching \(words) entries were found in network \(network)"
    }
    func check(ip: NetworkIP?, network: String) throws(XMLError) {}
    func check(among others: [Self], network: String) throws(XMLError) {}
}

/// A change of one entry in one of a network's lists.
struct NetworkChange {
    var command: NetworkUpdateCommand
    var xml: String
    /// The network's name, for messages.
    var network: String
    /// The address that the list belongs to, if it does.
    var ip: NetworkIP?

    /// Makes the change; the list is as before if that fails.
    func apply<Entry: NetworkEntry>(to list: inout [Entry]) throws(XMLError) {
        let entry: Entry = try read()
        switch command {
        case .delete: list.remove(at: try place(of: entry, in: list))
        case .modify:
            guard Entry.isReplaceable else {
                throw XMLError(
                    .operationUnsupported, "\(Entry.words)s cannot be modified, only added or deleted")
            }
            guard let index = list.firstIndex(where: { $0.isReplaced(by: entry) }) else {
                throw missing(entry, toBeChanged: true)
            }
            var others = list
            others.remove(at: index)
            try entry.check(among: others, network: network)
            list[index] = entry
        default:
            try check(entry, in: list)
            list.insert(entry, at: command == .addFirst ? list.startIndex : list.endIndex)
        }
    }

    private func read<Entry: NetworkEntry>() throws(XMLError) -> Entry {
        let document = try XMLDocument(xml)
        defer { withExtendedLifetime(document) {} }
        let root = document.root
        guard root.name == Entry.entryName else {
            throw XMLError(
                .xml,
                "unexpected element <\(root.name)>, expecting <\(Entry.entryName)>, while updating network "
                    + "'\(network)'", element: root.name, line: root.line)
        }
        do throws(XMLError) {
            return try Entry(root, options: command == .delete ? .partial : [])
        } catch {
            // An entry by itself doesn't know whose it is.
            var named = error
            let (bare, whole) = ("network ''", "network '\(network)'")
            named.message = error.message.replacing(bare, with: whole)  // Characters: libvirt's own words
            if named.message.hasByteSuffix("network ") { named.message += network }
            throw named
        }
    }

    private func place<Entry: NetworkEntry>(of entry: Entry, in list: [Entry]) throws(XMLError) -> Int {
        let found = list.indices.filter { list[$0].isMeant(by: entry) }
        guard let first = found.first else { throw missing(entry, toBeChanged: false) }
        if found.count > 1 { throw XMLError(.operationInvalid, Entry.several(in: network)) }
        return first
    }

    private func missing<Entry: NetworkEntry>(_ entry: Entry, toBeChanged: Bool) -> XMLError {
        XMLError(
            .operationInvalid, entry.missing(in: network, toBeChanged: toBeChanged),
            element: Entry.entryName)
    }

    private func check<Entry: NetworkEntry>(_ entry: Entry, in list: [Entry]) throws(XMLError) {
        try entry.check(ip: ip, network: network)
        if list.contains(where: { $0.collides(with: entry) }) {
            throw XMLError(.operationInvalid, entry.existing(in: network), element: Entry.entryName)
        }
        try entry.check(among: list, network: network)
    }
}
