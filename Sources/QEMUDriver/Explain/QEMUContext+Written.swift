import DriverKit
import Explanation
import LinuxSystem
import QEMUModel
import VirtXML
import XMLBinding

extension QEMUContext {
    /// A definition is kept as it was given, so that it can be told from what is filled in.
    ///
    /// What had been filled in in the former one, and comes back unchanged, was only passed on: an edited definition
    /// is still the user's only where the user changed it. After a call that has changed it, what isn't on record stays so.
    func origin(of given: GivenDefinition, inPlaceOf former: DefinitionFile?) -> String? {
        let known = former?.given
        switch given {
        case .document(let text):
            guard let former, let known else { return text }
            return Self.own(text, known: known, former) ?? text
        case .change(let definition):
            guard let former, let known, let text = try? definition.xml(options: [.inactive, .secure]) else {
                return nil
            }
            return Self.own(text, known: known, former) ?? known
        }
    }

    /// What a guest was given that lives only while it runs stands in a file of its own.
    func noteTransient(_ name: String, as given: String) async {
        let store = written
        await Blocking.run { try? store.save(name, given) }
    }

    func forgetTransient(_ name: String) async {
        let store = written
        await Blocking.run { try? store.remove(name) }
    }

    /// What is on record of how a domain was given; may wait for the disk.
    func given(_ name: String) -> String? { definitions.file(name)?.given ?? (try? written.read(name)) }

    private static func own(_ given: String, known: String, _ former: DefinitionFile) -> String? {
        guard let written = DocumentNode(xml: known, by: .user),
            let stored = DocumentNode(xml: former.text, by: .unknown),
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
