import Synchronization
import Virt
import VirtXML
import XMLBinding

/// The texts of one version of a domain's documents: each is made once, when it is first asked for, and shared.
final class DocumentTexts: Sendable {
    private let texts = Mutex<[UInt32: String]>([:])

    /// The text for these flags.
    func text(_ flags: DomainXMLFlags, of snapshot: QEMUDomainSnapshot) throws(VirtError) -> String {
        let key = flags.rawValue
        if let known = texts.withLock({ $0[key] }) { return known }
        let wantsInactive = flags.contains(.inactive) || !snapshot.isActive
        guard let definition = wantsInactive ? snapshot.persistent ?? snapshot.live : snapshot.live else {
            throw VirtError(.internalError, "domain '\(snapshot.name)' has no definition", from: .qemu)
        }
        var options: XMLOptions = []
        // What another host is to take doesn't say how the guest runs here.
        if wantsInactive || flags.contains(.migratable) { options.insert(.inactive) }
        if flags.contains(.secure) || flags.contains(.migratable) { options.insert(.secure) }
        if flags.contains(.migratable) { options.insert(.migratable) }
        let text: String
        do {
            text = try definition.xml(options: options)
        } catch {
            throw VirtError(error)
        }
        texts.withLock { $0[key] = text }
        return text
    }
}
