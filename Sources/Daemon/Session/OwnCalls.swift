import RemoteProtocol
import Transport
import Virt
import VirtDriver
import XDR

/// A call that the session answers itself: opening, authentication, features, events.
struct OwnCall: Sendable {
    var place = CallMethod.Place.here
    /// Whether it takes a place among the calls that read-only clients may have at once.
    var isCounted = false
    /// Whether it is given up when the client goes.
    var endsWithClient = false
    let body: @Sendable (Session, Packet) async throws(VirtError) -> Packet

    init<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, place: CallMethod.Place, isCounted: Bool,
        endsWithClient: Bool,
        _ body: @escaping @Sendable (Session, Arguments) async throws(VirtError) -> Reply
    ) {
        (self.place, self.isCounted, self.endsWithClient) = (place, isCounted, endsWithClient)
        self.body = { (session, packet) async throws(VirtError) in
            let reply = try await body(session, try arguments(of: packet, api: procedure.api))
            return try answer(packet, reply, api: procedure.api)
        }
    }
}

extension [Int32: OwnCall] {
    /// Adds an answer under its procedure's number.
    mutating func add<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, place: CallMethod.Place = .here, isCounted: Bool = false,
        endsWithClient: Bool = false,
        _ body: @escaping @Sendable (Session, Arguments) async throws(VirtError) -> Reply
    ) {
        self[procedure.number] = OwnCall(
            procedure, place: place, isCounted: isCounted, endsWithClient: endsWithClient, body)
    }
}

extension Session {
    /// The session's own answer to a call, if it has one.
    func ownCall(_ header: MessageHeader) -> OwnCall? {
        if isForAdministration {
            return header.program == AdminProgram.number ? Session.adminCalls[header.procedure] : nil
        }
        return switch header.program {
        case RemoteProgram.number: Session.ownCalls[header.procedure]
        case RoostProgram.number: Session.journalCalls[header.procedure]
        default: nil
        }
    }

    private static let ownCalls: [Int32: OwnCall] = {
        var calls = eventCalls
        calls.add(RemoteProgram.connectOpen, place: .pool) { (session, it) async throws(VirtError) in
            try await session.open(it.name, it.flags)
            return Nothing()
        }
        calls.add(RemoteProgram.connectClose) { (session, _) async throws(VirtError) in
            await session.closeDriver()
            return Nothing()
        }
        calls.add(RemoteProgram.connectSupportsFeature) { (session, it) async throws(VirtError) in
            let feature = DriverFeature(rawValue: it.feature)
            if feature == .programKeepalive { session.startKeepalive() }
            return ConnectSupportsFeatureAnswer(supported: session.supports(feature))
        }
        calls.add(RemoteProgram.authList) { (_, _) async throws(VirtError) in
            AuthListAnswer(types: [0])  // none: the socket's own permissions say who may come in
        }
        calls.add(RemoteProgram.connectRegisterCloseCallback) { (session, _) async throws(VirtError) in
            try session.setWantsCloseEvent(true)
            return Nothing()
        }
        calls.add(RemoteProgram.connectUnregisterCloseCallback) { (session, _) async throws(VirtError) in
            try session.setWantsCloseEvent(false)
            return Nothing()
        }
        return calls
    }()

    /// Opens the driver that the URI names.
    private func open(_ name: String?, _ flags: ConnectFlags) async throws(VirtError) {
        if withState({ $0.driver != nil }) {
            throw VirtError(.internalError, "connection already open", from: .rpc)
        }
        let text = name.flatMap { $0.isEmpty ? nil : $0 } ?? server.configuration.defaultURI
        let uri = try ConnectionURI(text)
        if flags.contains(.ro) { becomeReadOnly() }
        let driver = try await server.drivers.open(OpenRequest(uri, for: client))
        let isLate = withState { state in
            if !state.isClosed { state.driver = driver }
            return state.isClosed
        }
        if isLate { return await driver.close() }
        opened()
        if !isReadOnly { auditOpening(uri) }
    }

    private func closeDriver() async {
        let (driver, subscription) = withState { state in
            defer { (state.driver, state.subscription) = (nil, nil) }
            return (state.driver, state.subscription)
        }
        subscription?.cancel()
        await driver?.close()
    }

    /// What the daemon itself can do, and what the opened driver can.
    private func supports(_ feature: DriverFeature) -> Bool {
        switch feature {
        case .programKeepalive, .remoteEventCallback, .remoteCloseCallback, .fdPassing, .typedParamString:
            true
        default: withState { $0.driver }?.supports(feature) ?? false
        }
    }

    private func setWantsCloseEvent(_ wants: Bool) throws(VirtError) {
        let before = withState { state in
            defer { state.wantsCloseEvent = wants }
            return state.wantsCloseEvent
        }
        if before == wants {
            let detail = wants ? "A close callback is already registered" : "No close callback is registered"
            throw VirtError(.operationInvalid, detail, from: .remote)
        }
    }
}
