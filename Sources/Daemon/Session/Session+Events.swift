import RemoteProtocol
import Transport
import Virt
import VirtDriver
import XDR

extension Session {
    /// Registering for events and giving that up.
    static let eventCalls: [Int32: OwnCall] = {
        var calls: [Int32: OwnCall] = [:]
        calls.add(RemoteProgram.domainEventRegister) { (session, _) async throws(VirtError) in
            try await session.registerLegacy(eventID: 0)
            return DomainEventRegisterAnswer(registered: 0)
        }
        calls.add(RemoteProgram.domainEventDeregister) { (session, _) async throws(VirtError) in
            try await session.deregisterLegacy(eventID: 0)
            return DomainEventDeregisterAnswer(registered: 0)
        }
        calls.add(RemoteProgram.domainEventRegisterAny) { (session, it) async throws(VirtError) in
            try await session.registerLegacy(eventID: it.eventID)
            return Nothing()
        }
        calls.add(RemoteProgram.domainEventDeregisterAny) { (session, it) async throws(VirtError) in
            try await session.deregisterLegacy(eventID: it.eventID)
            return Nothing()
        }
        calls.add(RemoteProgram.domainEventCallbackRegisterAny) { (session, it) async throws(VirtError) in
            DomainEventCallbackRegisterAnyAnswer(
                callbackID: try await session.register(.domain, it.eventID, uuid: it.domain?.uuid))
        }
        calls.add(RemoteProgram.domainEventCallbackDeregisterAny) { (session, it) async throws(VirtError) in
            try await session.deregister(.domain, it.callbackID)
            return Nothing()
        }
        for (number, call) in objectEventCalls { calls[number] = call }
        return calls
    }()

    /// Registers for one event; the number that its messages carry.
    func register(
        _ subject: EventSubject, _ eventID: Int32, uuid: UUID? = nil, name: String? = nil
    ) async throws(VirtError) -> Int32 {
        let kind = EventKind(subject, eventID)
        try checked(kind) { $0.callback != nil }
        try await prepare(kind)
        return withState { $0.callbacks.add(kind, uuid: uuid, name: name) }
    }

    /// Gives up a registration.
    func deregister(_ subject: EventSubject, _ id: Int32) async throws(VirtError) {
        let events = try driver().events
        guard let callback = withState({ $0.callbacks.remove(subject, id: id) }) else {
            throw VirtError(
                .internalError, "\(subject.noun) event callback \(id) not registered", from: .rpc)
        }
        registrations.giveBack(1)
        await events.disable(callback.kind)
    }

    /// Makes sure that there are such events, in the form that is sent to whoever registers so.
    private func checked(_ kind: EventKind, _ hasForm: (EventMessage) -> Bool) throws(VirtError) {
        _ = try driver()
        if EventMessage.all.contains(where: { $0.kind == kind && hasForm($0) }) { return }
        let noun = kind.subject == .domain ? "" : "\(kind.subject.noun) "
        throw VirtError(.internalError, "unsupported \(noun)event ID \(kind.id)", from: .rpc)
    }

    /// Makes sure that the client may register for more, and that the driver sends such events.
    private func prepare(_ kind: EventKind) async throws(VirtError) {
        let events = try driver().events
        try takeRegistration()
        do throws(VirtError) {
            try await events.enable(kind)
            subscribe(to: events)
        } catch {
            registrations.giveBack(1)
            throw error
        }
    }

    /// Each registration is a message with every event.
    func takeRegistration() throws(VirtError) {
        guard registrations.hasRoom else {
            let detail = "too many event callbacks are registered; deregister those that are not needed"
            throw VirtError(.operationFailed, detail, from: .rpc)
        }
        registrations.take(1)
    }

    private func registerLegacy(eventID: Int32) async throws(VirtError) {
        let kind = EventKind(.domain, eventID)
        try checked(kind) { $0.legacy != nil }
        try await prepare(kind)
        let isNew = withState { state in
            if state.callbacks.hasLegacy(kind) { return false }
            _ = state.callbacks.add(kind, isLegacy: true)
            return true
        }
        if !isNew {
            registrations.giveBack(1)
            await (try driver()).events.disable(kind)
            throw VirtError(.invalidArg, "event callback already tracked", from: .rpc)
        }
    }

    private func deregisterLegacy(eventID: Int32) async throws(VirtError) {
        let (events, kind) = (try driver().events, EventKind(.domain, eventID))
        try checked(kind) { $0.legacy != nil }
        if withState({ $0.callbacks.removeLegacy(kind) }) == nil {
            throw VirtError(.internalError, "domain event \(eventID) not registered", from: .rpc)
        }
        registrations.giveBack(1)
        await events.disable(kind)
    }

    /// Listens to the driver from the first registration on.
    private func subscribe(to events: any EventSource) {
        if withState({ $0.subscription != nil }) { return }
        let subscription = events.subscribe { [weak self] in self?.deliver($0.event) }
        let isExtra = withState { state in
            if state.subscription != nil || state.isClosed { return true }
            state.subscription = subscription
            return false
        }
        if isExtra { subscription.cancel() }
    }

    /// Sends an event to each of the client's registrations that it is for.
    private func deliver(_ event: Event) {
        let callbacks = withState { $0.callbacks.callbacks(for: event) }
        guard !callbacks.isEmpty, let message = EventMessage.carrying(event) else { return }
        for callback in callbacks {
            guard let procedure = callback.isLegacy ? message.legacy : message.callback else { continue }
            let header = MessageHeader(
                program: message.program, procedure: procedure, kind: .message, serial: 0)
            let packet = try? Packet(header) { (x: inout XDRCoder) throws(XDRError) in
                if !callback.isLegacy { try message.encodePrefix(callbackID: callback.id, &x) }
                try event.encode(&x)
            }
            if let packet { send(packet) }
        }
    }
}

extension EventSubject {
    /// What errors call such an object.
    fileprivate var noun: String {
        switch self {
        case .domain: "domain"
        case .network: "network"
        case .storagePool: "storage pool"
        case .nodeDevice: "node device"
        case .secret: "secret"
        }
    }
}
