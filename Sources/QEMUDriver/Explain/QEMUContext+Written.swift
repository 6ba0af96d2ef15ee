import DriverKit
import Explanation
import LinuxSystem
import QEMUModel
import VirtXML
import XMLBinding

extension QEMUContext {
    /// Keeps a definition as it was given, so that it can be told from what is filled in.
    ///
    /// What had been filled in in the former one, and comes back unchanged, was only passed on: an edited definition
    /// is still the user's only where the user changed it.
    func noteDefined(
        _ definition: DomainDefinition, as given: String, inPlaceOf former: DomainDefinition?
    ) {
        let known = former == nil ? nil : try? written.read(definition.name)
        let own = known.flatMap { Self.own(given, known: $0, former) }
        try? written.save(definition.name, own ?? given)
    }

    /// A definition was changed by a call: what the caller gave is the user's. Where it isn't on record what was
    /// written before, it stays so.
    func noteChanged(
        _ definition: DomainDefinition, as given: DomainDefinition, inPlaceOf former: DomainDefinition?
    ) {
        guard let known = try? written.read(definition.name),
            let xml = try? given.xml(options: [.inactive, .secure]),
            let own = Self.own(xml, known: known, former)
        else { return }
        try? written.save(definition.name, own)
    }

    func noteRenamed(from former: String, to name: String) {
        try? FileSystem.rename(written.path(former), to: written.path(name))
    }

    func noteUndefined(_ name: String) { try? written.remove(name) }

    private static func own(_ given: String, known: String, _ former: DomainDefinition?) -> String? {
        guard let xml = try? former?.xml(options: [.inactive, .secure]),
            let written = DocumentNode(xml: known, by: .user),
            let stored = DocumentNode(xml: xml, by: .unknown),
            let new = DocumentNode(xml: given, by: .user)
        else { return nil }
        let authors = stored.following(written, by: .roost(""), .parsing)
        let own = new.following(authors, by: .user, .step).withoutAdditions
        let text = own.lines(at: DocumentPlace(), without: []).map(\.text).joined(separator: "\n") + "\n"
        // What can't be read without the additions is kept as it was given.
        return (try? DomainDefinition(xml: text, options: [.inactive, .secure])) == nil ? nil : text
    }
}

extension DocumentNode {
    /// The document without what Roost has added.
    fileprivate var withoutAdditions: DocumentNode {
        var copy = self
        copy.attributes.removeAll { $0.author.reason != nil }
        copy.children = children.filter { $0.author.reason == nil }.map(\.withoutAdditions)
        return copy
    }
}
