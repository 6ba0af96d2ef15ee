import DriverKit
import Virt
import VirtXML
import XMLBinding

/// What one domain is at an instant, for those who only read.
struct TestDomainSnapshot: Sendable {
    var name: String
    let uuid: UUID
    /// The number while it runs; -1 while it doesn't.
    var id: Int32 = -1
    var state = DomainState.shutoff
    var reason: Int32 = 0
    /// What it is the next time that it starts; nil for a domain that only lives while it runs.
    var persistent: DomainDefinition?
    /// What it is while it runs.
    var live: DomainDefinition?
    var isAutostarted = false
    var hasManagedSave = false
    /// It has been removed from its host.
    var isGone = false
    private let texts = SharedTexts<UInt32>()

    init(name: String, uuid: UUID) { (self.name, self.uuid) = (name, uuid) }

    var reference: DomainReference { DomainReference(name: name, uuid: uuid, id: id) }
    var isActive: Bool { id >= 0 }
    var isPersistent: Bool { persistent != nil }

    /// The definition that counts now.
    var definition: DomainDefinition { live ?? persistent ?? DomainDefinition() }

    /// The definition that a call's flags mean.
    func definition(_ impact: DomainModificationImpact) -> DomainDefinition {
        (impact.contains(.config) ? persistent : nil) ?? definition
    }

    /// A copy with texts of its own, for a change.
    func changed(_ change: (inout TestDomainSnapshot) -> Void) -> TestDomainSnapshot {
        var copy = TestDomainSnapshot(name: name, uuid: uuid)
        (copy.id, copy.state, copy.reason) = (id, state, reason)
        (copy.persistent, copy.live) = (persistent, live)
        (copy.isAutostarted, copy.hasManagedSave, copy.isGone) = (isAutostarted, hasManagedSave, isGone)
        change(&copy)
        return copy
    }

    /// The document that the flags ask for.
    func xml(_ flags: DomainXMLFlags) throws(VirtError) -> String {
        do throws(XMLError) {
            return try texts.text(flags.rawValue) { () throws(XMLError) in
                let isInactive = flags.contains(.inactive) || !isActive
                var options: XMLOptions = isInactive ? .inactive : []
                if flags.contains(.secure) { options.insert(.secure) }
                if flags.contains(.migratable) { options.insert(.migratable) }
                var shown = isInactive ? persistent ?? definition : definition
                shown.id = isActive ? id : nil
                return try shown.xml(options: options)
            }
        } catch {
            throw VirtError(document: error)
        }
    }
}
