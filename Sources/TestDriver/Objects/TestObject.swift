import DriverKit
import Virt
import VirtXML
import XMLBinding

/// A document of an object that a host keeps, such as a network.
protocol TestDefinition: XMLRoot {
    var name: String { get set }
    var uuid: UUID? { get set }

    /// How errors speak of such objects.
    static var noun: TestNoun { get }
}

/// How errors speak of a kind of objects.
struct TestNoun {
    /// What it's called where it is looked for: `storage pool`.
    let name: String
    /// What it's called where a name is taken: `pool`.
    let short: String
    let missing: ErrorNumber
    let origin: ErrorDomain
}

/// An object that a host keeps: what it is while it runs, and what it is the next time.
protocol TestObject: Sendable {
    associatedtype Definition: TestDefinition

    var live: Definition? { get set }
    var persistent: Definition? { get set }
    var isAutostarted: Bool { get set }
    /// The flags of lists that stand for its type.
    var typeFlag: UInt32 { get }

    init()
}

extension TestObject {
    var isActive: Bool { live != nil }
    var isPersistent: Bool { persistent != nil }
    var typeFlag: UInt32 { 0 }

    /// What counts now.
    var definition: Definition { live ?? persistent ?? Definition() }
    var name: String { definition.name }
    var uuid: UUID { definition.uuid ?? .zero }

    /// What counts now, as text.
    func xml() throws(VirtError) -> String {
        do throws(XMLError) {
            return try definition.xml()
        } catch {
            throw VirtError(document: error, from: .test)
        }
    }

    /// Whether it is among those that a list's flags choose: in each group that has one set, one must hold.
    func isChosen(by flags: UInt32) -> Bool {
        let truths: UInt32 =
            (isActive ? 2 : 1) | (isPersistent ? 4 : 8) | (isAutostarted ? 16 : 32) | typeFlag
        return ListFilter(groups: [3, 12, 48, ~63]).chooses(truths, by: flags)
    }
}
