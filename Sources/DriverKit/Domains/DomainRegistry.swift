import ByteText
import Synchronization
import Virt

/// A domain that a registry keeps: its facts can be read at any time.
public protocol RegisteredDomain: AnyObject, Sendable {
    var facts: DomainFacts { get }
}

/// All domains of a driver, by identity and by name.
public final class DomainRegistry<Domain: RegisteredDomain>: Sendable {
    private struct State {
        var byUUID: [UUID: Domain] = [:]
        var byName: [ByteName: UUID] = [:]
        var lastID: Int32 = 0
    }

    private let state = Mutex(State())
    private let origin: ErrorDomain
    private let namesMissing: Bool

    /// A registry whose errors come from `origin`.
    ///
    /// - Parameter namesMissing: whether errors say what no domain was found by.
    public init(origin: ErrorDomain, namesMissing: Bool = true) {
        (self.origin, self.namesMissing) = (origin, namesMissing)
    }

    // MARK: Lookup

    /// Every domain, in no order.
    public var all: [Domain] { state.withLock { Array($0.byUUID.values) }.filter(\.facts.exists) }

    /// The domain with this identity, if there is one.
    public subscript(uuid: UUID) -> Domain? { existing(state.withLock { $0.byUUID[uuid] }) }

    /// The domain with this name, if there is one.
    public subscript(name: String) -> Domain? {
        existing(state.withLock { state in state.byName[ByteName(name)].flatMap { state.byUUID[$0] } })
    }

    private func existing(_ domain: Domain?) -> Domain? { domain?.facts.exists == true ? domain : nil }

    /// The domain that a reference names; throws `noDomain`.
    public func domain(_ reference: DomainReference) throws(VirtError) -> Domain {
        if let domain = self[reference.uuid] { return domain }
        throw missing(reference)
    }

    /// That there is no such domain, or no longer.
    public func missing(_ reference: DomainReference) -> VirtError {
        VirtError(
            .noDomain, "no domain with matching uuid '\(reference.uuid)' (\(reference.name))", from: origin)
    }

    private func none(matching what: String) -> VirtError {
        VirtError(.noDomain, namesMissing ? "no domain with matching \(what)" : nil, from: origin)
    }

    /// The domain with this name; throws `noDomain`.
    public func domain(named name: String) throws(VirtError) -> Domain {
        if let domain = self[name] { return domain }
        throw none(matching: "name '\(name)'")
    }

    /// The domain with this identity; throws `noDomain`.
    public func domain(uuid: UUID) throws(VirtError) -> Domain {
        if let domain = self[uuid] { return domain }
        throw none(matching: "uuid '\(uuid)'")
    }

    /// The running domain with this number; throws `noDomain`.
    public func domain(id: Int32) throws(VirtError) -> Domain {
        if id >= 0, let domain = all.first(where: { $0.facts.reference.id == id }) { return domain }
        throw none(matching: "id \(id)")
    }

    /// The domains that the flags choose: in each group of flags that has one set, one must hold.
    public func list(_ flags: ConnectListAllDomainsFlags) -> [DomainReference] {
        // Each domain's facts are asked for once: a list of thousands is made of little else.
        state.withLock { Array($0.byUUID.values) }.compactMap { domain in
            let facts = domain.facts
            return facts.exists && flags.choose(facts) ? facts.reference : nil
        }
    }

    /// The domains that references name, each once however often it is named, or all where there are none; of them
    /// those that the flags choose.
    public func domains(
        named references: [DomainReference], _ flags: ConnectListAllDomainsFlags
    ) -> [Domain] {
        var seen: Set<UUID> = []
        let wanted = references.compactMap { seen.insert($0.uuid).inserted ? self[$0.uuid] : nil }
        return (references.isEmpty ? all : wanted).filter { flags.choose($0.facts) }
    }

    /// The names of the domains that are not running.
    public var inactiveNames: [String] { list(.inactive).map(\.name) }

    /// The numbers of the running domains.
    public var activeIDs: [Int32] { list(.active).map(\.id) }

    // MARK: Change

    /// Finds the domain for a definition, or puts there the one that `make` gives; `isNew` says which.
    ///
    /// A name belongs to one identity: where either is taken by another domain, throws `operationFailed`.
    ///
    public func reserve(
        name: String, uuid: UUID, make: () -> Domain
    ) throws(VirtError) -> (domain: Domain, isNew: Bool) {
        let result: Result<(Domain, Bool), VirtError> = state.withLock { state in
            if let known = state.byUUID[uuid] {
                let facts = known.facts
                let former = facts.reference.name
                let isSameName = former.hasSameBytes(as: name)
                if isSameName { return .success((known, false)) }
                return .failure(
                    VirtError(
                        .operationFailed, "domain '\(former)' is already defined with uuid \(uuid)",
                        from: .domain))
            }
            if let other = state.byName[ByteName(name)] {
                return .failure(
                    VirtError(
                        .operationFailed, "domain '\(name)' already exists with uuid \(other)", from: .domain)
                )
            }
            let domain = make()
            state.byUUID[uuid] = domain
            state.byName[ByteName(name)] = uuid
            return .success((domain, true))
        }
        return try result.get()
    }

    /// What takes this name or identity but is no domain yet, or no longer; it is one, or gone, once it is free.
    public func unsettled(name: String, uuid: UUID) -> Domain? {
        let takers = state.withLock { state in
            [state.byUUID[uuid], state.byName[ByteName(name)].flatMap { state.byUUID[$0] }]
        }
        return takers.compactMap { $0 }.first { !$0.facts.exists }
    }

    /// Gives a domain a second name, which it will go by alone once it gives the first one up; throws where another
    /// has it. In between nobody else can have either.
    public func claim(_ name: String, for uuid: UUID) throws(VirtError) {
        let isTaken = state.withLock { state in
            guard state.byName[ByteName(name)] == nil else { return true }
            state.byName[ByteName(name)] = uuid
            return false
        }
        if isTaken {
            throw VirtError(.operationInvalid, "domain with name '\(name)' already exists", from: .domain)
        }
    }

    /// A domain doesn't go by this name any more.
    public func release(_ name: String, of uuid: UUID) {
        state.withLock { if $0.byName[ByteName(name)] == uuid { $0.byName[ByteName(name)] = nil } }
    }

    /// Forgets a domain.
    public func remove(_ uuid: UUID, name: String) {
        state.withLock { state in
            state.byUUID[uuid] = nil
            if state.byName[ByteName(name)] == uuid { state.byName[ByteName(name)] = nil }
        }
    }

    /// A number that no running domain has.
    public func nextID() -> Int32 {
        state.withLock { state in
            state.lastID = state.lastID == Int32.max ? 1 : state.lastID + 1
            return state.lastID
        }
    }

    /// A domain runs with this number already: later ones are higher.
    public func noteID(_ id: Int32) { state.withLock { $0.lastID = max($0.lastID, id) } }
}
