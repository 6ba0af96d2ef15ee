import RemoteProtocol
import Virt
import VirtDriver
import XDR

/// The events of a daemon's objects. For each kind the daemon is asked once, however many listen here, and told when
/// nobody does any more.
actor RemoteEvents: EventSource {
    private let client: RemoteClient
    /// Whether the daemon numbers registrations; old ones don't, and know domains' alone.
    private let numbersCallbacks: Bool
    private var registrations: [EventKind: Registration] = [:]

    /// A kind that is listened for.
    private struct Registration {
        var listeners = 1
        /// Asks the daemon; gives the registration's number.
        let asking: Task<Int32?, any Error>
    }

    init(client: RemoteClient, numbersCallbacks: Bool) {
        (self.client, self.numbersCallbacks) = (client, numbersCallbacks)
    }

    nonisolated func subscribe(
        _ receive: @escaping @Sendable (PublishedEvent) -> Void
    ) -> any EventSubscription {
        client.subscribe(receive)
    }

    func enable(_ kind: EventKind) async throws(VirtError) {
        let asking: Task<Int32?, any Error>
        if let known = registrations[kind] {
            registrations[kind]?.listeners += 1
            asking = known.asking
        } else {
            asking = Task { try await self.register(kind) }
            registrations[kind] = Registration(asking: asking)
        }
        do {
            _ = try await asking.value
        } catch {
            // All who wait for it hear of it; the next one asks again.
            if registrations[kind]?.asking == asking { registrations[kind] = nil }
            throw error as? VirtError ?? VirtError(.internalError, "\(error)", from: .remote)
        }
    }

    func disable(_ kind: EventKind) async {
        guard let known = registrations[kind] else { return }
        registrations[kind]?.listeners -= 1
        if known.listeners > 1 { return }
        registrations[kind] = nil
        if let id = try? await known.asking.value { try? await deregister(kind.subject, id) }
    }

    func wait(for number: UInt64) async throws(VirtError) {
        _ = try await client.call(RoostProgram.connectWaitForEvent, .init(number: number))
    }

    func kept(since number: UInt64) async throws(VirtError) -> KeptEvents {
        let reply = try await client.call(RoostProgram.connectEventsSince, .init(number: number))
        do throws(XDRError) {
            var kept = KeptEvents(next: reply.next)
            for entry in reply.events { kept.events.append(try entry.published()) }
            for lost in reply.lost where lost.first <= lost.last { kept.lost.append(lost.first...lost.last) }
            return kept
        } catch {
            throw VirtError(.rpc, "an event of the daemon's can't be read: \(error)", from: .rpc)
        }
    }
}

extension RemoteEvents {
    /// Asks the daemon for a kind of events; the number under which it sends them, nil where it has none.
    private func register(_ kind: EventKind) async throws(VirtError) -> Int32? {
        let id = kind.id
        switch kind.subject {
        case .domain where !numbersCallbacks:
            _ = try await client.call(
                RemoteProgram.domainEventRegisterAny, DomainEventRegisterAnyArguments(eventID: id))
            return nil
        case .domain:
            let arguments = DomainEventCallbackRegisterAnyArguments(eventID: id, domain: nil)
            return try await client.call(RemoteProgram.domainEventCallbackRegisterAny, arguments).callbackID
        case .network:
            let arguments = ConnectNetworkEventRegisterAnyArguments(eventID: id, network: nil)
            return try await client.call(RemoteProgram.connectNetworkEventRegisterAny, arguments).callbackID
        case .storagePool:
            let arguments = ConnectStoragePoolEventRegisterAnyArguments(eventID: id, pool: nil)
            return try await client.call(RemoteProgram.connectStoragePoolEventRegisterAny, arguments)
                .callbackID
        case .nodeDevice:
            let arguments = ConnectNodeDeviceEventRegisterAnyArguments(eventID: id, device: nil)
            return try await client.call(RemoteProgram.connectNodeDeviceEventRegisterAny, arguments)
                .callbackID
        case .secret:
            let arguments = ConnectSecretEventRegisterAnyArguments(eventID: id, secret: nil)
            return try await client.call(RemoteProgram.connectSecretEventRegisterAny, arguments).callbackID
        }
    }

    private func deregister(_ subject: EventSubject, _ id: Int32) async throws(VirtError) {
        switch subject {
        case .domain:
            _ = try await client.call(
                RemoteProgram.domainEventCallbackDeregisterAny, .init(callbackID: id))
        case .network:
            _ = try await client.call(RemoteProgram.connectNetworkEventDeregisterAny, .init(callbackID: id))
        case .storagePool:
            _ = try await client.call(
                RemoteProgram.connectStoragePoolEventDeregisterAny, .init(callbackID: id))
        case .nodeDevice:
            _ = try await client.call(
                RemoteProgram.connectNodeDeviceEventDeregisterAny, .init(callbackID: id))
        case .secret:
            _ = try await client.call(RemoteProgram.connectSecretEventDeregisterAny, .init(callbackID: id))
        }
    }
}
