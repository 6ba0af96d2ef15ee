import DriverKit
import LinuxSystem
import QEMUModel
import Virt
import VirtXML
import XMLBinding

/// What one domain is at an instant, for those who only read. Every read takes a copy, so the definitions, which
/// have some hundred parts, stand out of line.
struct QEMUDomainSnapshot: Sendable {
    var name: String
    let uuid: UUID
    /// The number while it runs; -1 while it doesn't.
    var id: Int32 = -1
    var state = DomainState.shutoff
    /// Why it is in its state; what the number means depends on the state.
    var reason: Int32 = 0
    /// What it is the next time that it starts; nil for a domain that only lives while it runs.
    @Boxed var persistent: DomainDefinition?
    /// It was persistent when its guest was started, even if it isn't any more.
    var wasDefined = false
    /// What it is while it runs.
    @Boxed var live: DomainDefinition?
    /// The CPU that was asked for, where that of the running guest is known better.
    @Boxed var requestedCPU: GuestCPU?
    var process: ProcessIdentity?
    /// Why QEMU can't be seen or spoken to, where it should be.
    var trouble: String?
    /// How much memory the guest has now, in KiB, where the balloon says so.
    var balloon: UInt64?
    var isAutostarted = false
    /// Texts of the documents, made when first asked for.
    let texts = SharedTexts<UInt32>()

    var reference: DomainReference { DomainReference(name: name, uuid: uuid, id: id) }
    var isActive: Bool { id >= 0 }
    var isPersistent: Bool { _persistent.isPresent }

    /// The definition that counts now.
    var definition: DomainDefinition? { live ?? persistent }

    /// Takes over the state that the guest's life has come to.
    mutating func show(_ life: GuestLife) { (state, reason) = life.shown }

    /// Nothing runs any more.
    mutating func forgetGuest() {
        (id, live, process, balloon, requestedCPU, trouble) = (-1, nil, nil, nil, nil, nil)
    }

    /// A copy with texts of its own, for a change of the documents. What is said of a guest that has ended meanwhile
    /// isn't kept.
    func changed(_ change: (inout QEMUDomainSnapshot) -> Void) -> QEMUDomainSnapshot {
        var copy = QEMUDomainSnapshot(
            name: name, uuid: uuid, id: id, state: state, reason: reason, persistent: _persistent,
            wasDefined: wasDefined, live: _live, requestedCPU: _requestedCPU, process: process,
            trouble: trouble, balloon: balloon, isAutostarted: isAutostarted)
        change(&copy)
        if !copy.isActive { copy.forgetGuest() }
        return copy
    }
}
