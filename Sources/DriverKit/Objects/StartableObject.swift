import ByteText
import Virt
import VirtXML
import XMLBinding

/// A document of an object that has a name and an identity, such as a network.
public protocol NamedDefinition: XMLRoot, Sendable {
    var name: String { get }
    var uuid: UUID? { get set }
}

extension NetworkDefinition: NamedDefinition {}

/// An object that can run: what it is while it does, and what it is the next time.
public protocol StartableObject: RegisteredObject {
    associatedtype Definition: NamedDefinition

    var live: Definition? { get set }
    /// Nil for one that lives only while it runs.
    var persistent: Definition? { get set }
    var isAutostarted: Bool { get set }
    /// The flag of lists that stands for its type; 0 where lists don't choose by type.
    var typeFlag: UInt32 { get }

    /// One that is neither running nor defined yet.
    init(uuid: UUID)
}

extension StartableObject {
    /// One that is defined.
    public init(_ definition: Definition) {
        self.init(uuid: definition.uuid ?? .random())
        persistent = definition
    }

    public var isActive: Bool { live != nil }
    public var isPersistent: Bool { persistent != nil }
    public var typeFlag: UInt32 { 0 }

    /// What counts now.
    public var definition: Definition { live ?? persistent ?? Definition() }
    public var title: String { definition.name }
    public var name: ByteName? { ByteName(title) }

    public var listFlags: UInt32 {
        (isActive ? 2 : 1) | (isPersistent ? 4 : 8) | (isAutostarted ? 16 : 32) | typeFlag
    }
}

extension ListFilter {
    /// How lists of startable objects choose: active or not, persistent or not, autostarted or not, and by type.
    ///
    /// - Parameter types: all flags that stand for types.
    public static func startable(types: UInt32 = 0) -> ListFilter {
        ListFilter(groups: [3, 12, 48] + (types == 0 ? [] : [types]))
    }
}
