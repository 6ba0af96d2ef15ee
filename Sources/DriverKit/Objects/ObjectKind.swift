import Virt

/// What all objects of a kind have in common: how errors speak of them, how they are listed, what tells of their life.
public struct ObjectKind<Reference: Sendable>: Sendable {
    /// What such an object is called where it is looked for: `secret`, `storage pool`.
    public let noun: String
    /// What it's called where its name is taken: `pool`.
    public let short: String
    /// The code of "there is none".
    public let missing: ErrorNumber
    /// Where the driver's errors come from.
    public let origin: ErrorDomain
    /// Where errors about documents and names come from: what all drivers of such objects have in common.
    public let definitions: ErrorDomain
    public let filter: ListFilter
    /// The event that tells of a change in an object's life, by libvirt's number for the change.
    public let lifecycle: @Sendable (Reference, Int32) -> Event

    public init(
        noun: String, short: String? = nil, missing: ErrorNumber, origin: ErrorDomain,
        definitions: ErrorDomain? = nil, filter: ListFilter,
        lifecycle: @escaping @Sendable (Reference, Int32) -> Event
    ) {
        (self.noun, self.short, self.missing) = (noun, short ?? noun, missing)
        (self.origin, self.definitions) = (origin, definitions ?? origin)
        (self.filter, self.lifecycle) = (filter, lifecycle)
    }

    /// That no such object has this property: `no secret with matching uuid '…'`.
    public func none(matching what: String) -> VirtError {
        VirtError(missing, "no \(noun) with matching \(what)", from: origin)
    }

    /// Refuses flags of a list that the kind doesn't know; `function` is named in the message.
    public func requireListFlags(_ flags: UInt32, in function: String) throws(VirtError) {
        try flags.require(filter.known, in: function, from: origin)
    }
}
