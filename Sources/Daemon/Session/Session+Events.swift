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
            try session.registerLegacy(eventID: 0)
            return DomainEventRegisterAnswer(registered: 1)
        }
        calls.add(RemoteProgram.domainEventDeregister) { (session, _) async throws(VirtError) in
            try session.deregisterLegacy(eventID: 0)
            return DomainEventDeregisterAnswer(registered: 0)
        }
        calls.add(RemoteProgram.domainEventRegisterAny) { (session, it) async throws(VirtError) in
            try session.registerLegacy(eventID: it.eventID)
            return Nothing()
        }
        calls.add(RemoteProgram.domainEventDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregisterLegacy(eventID: it.eventID)
            return Nothing()
        }
        calls.add(RemoteProgram.domainEventCallbackRegisterAny) { (session, it) async throws(VirtError) in
            DomainEventCallbackRegisterAnyAnswer(
                callbackID: try session.register(.domain, it.eventID, uuid: it.domain?.uuid))
        }
        calls.add(RemoteProgram.domainEventCallbackDeregisterAny) { (session, it) async throws(VirtError) in
            try session.deregister(.domain, it.callbackID)
            return Nothing()
        }
        for (number, call) in objectEventCalls { calls[number] = call }
        return calls
    }()

    private func checked(_ kind: EventMessage.Kind, _ eventID: Int32) throws(VirtError) {
        guard EventMessage.all.contains(where: { $0.kind == kind && $0.id == eventID }) else {
            throw VirtError(.internalError, "unsupported event ID \(eventID)", from: .rpc)
        }
    }

    /// Registers for one event; the number that its messages carry.
    func register(
        _ kind: EventMessage.Kind, _ eventID: Int32, uuid: UUID? = nil, name: String? = nil
    ) throws(VirtError) -> Int32 {
        try checked(kind, eventID)
        try subscribe()
        try takeRegistration()
        return withState { $0.callbacks.add(kind, eventID: eventID, uuid: uuid, name: name) }
    }

    /// Gives up a registration.
    func deregister(_ kind: EventMessage.Kind, _ id: Int32) throws(VirtError) {
        _ = try driver()
        if !withState({ $0.callbacks.remove(kind, id: id) }) {
            throw VirtError(.invalidArg, "event callback \(id) not registered", from: .rpc)
        }
        registrations.giveBack(1)
    }

    /// Each registration is a message with every event.
    private func takeRegistration() throws(VirtError) {
        guard registrations.hasRoom else {
            let detail = "too many event callbacks are registered; deregister those that are not needed"
            throw VirtError(.operationFailed, detail, from: .rpc)
        }
        registrations.take(1)
    }

    private func registerLegacy(eventID: Int32) throws(VirtError) {
        try checked(.domain, eventID)
        try subscribe()
        try takeRegistration()
        let isNew = withState { state in
            if state.callbacks.hasLegacy(eventID: eventID) { return false }
            _ = state.callbacks.add(.domain, eventID: eventID, isLegacy: true)
            return true
        }
        if !isNew {
            registrations.giveBack(1)
            throw VirtError(.internalError, "domain event \(eventID) already registered", from: .rpc)
        }
    }

    private func deregisterLegacy(eventID: Int32) throws(VirtError) {
        _ = try driver()
        if !withState({ $0.callbacks.removeLegacy(eventID: eventID) }) {
            throw VirtError(.internalError, "domain event \(eventID) not registered", from: .rpc)
        }
        registrations.giveBack(1)
    }

    /// Listens to the driver from the first registration on.
    private func subscribe() throws(VirtError) {
        let driver = try driver()
        if withState({ $0.subscription != nil }) { return }
        let subscription = driver.subscribe { [weak self] event in self?.deliver(event) }
        let isExtra = withState { state in
            if state.subscription != nil || state.isClosed { return true }
            state.subscription = subscription
            return false
        }
        if isExtra { subscription.cancel() }
    }

    /// Sends an event to each of the client's registrations that it is for.
    private func deliver(_ event: Event) {
        guard let message = EventMessage.all[checked: event.messageIndex] else { return }
        for callback in withState({ $0.callbacks.callbacks(for: event, message) }) {
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

extension Array {
    /// The element at `index`, if there is one.
    subscript(checked index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
