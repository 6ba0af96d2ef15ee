import RemoteProtocol
import Transport
import Virt
import VirtDriver

/// How a call is answered.
struct CallMethod: Sendable {
    /// Who answers.
    enum Answerer: Sendable {
        /// The session itself.
        case own(OwnCall)
        /// A driver.
        case route(Route)
        /// Nobody.
        case refusal(VirtError)
    }

    /// Where the answer is made.
    enum Place: Sendable {
        /// On the event loop's thread, as far as it needs no waiting.
        case here
        /// As a task of its own.
        case pool
        /// As a task in the lane for heavy work of the client, or of its user.
        case lane
    }

    let answerer: Answerer
    let place: Place

    /// The most bytes of a packet whose reading takes no time to speak of.
    private static let smallPacket = 32 << 10

    init(_ answerer: Answerer, for packet: Packet) {
        self.answerer = answerer
        place =
            switch answerer {
            case .own(let call): call.place
            case .refusal: .here
            case .route(let route):
                if route.facts.options.contains(.costly) || packet.payload.count > Self.smallPacket {
                    .lane
                } else {
                    route.facts.options.contains(.snapshot) ? .here : .pool
                }
            }
    }

    /// Whether it counts among those that read-only clients may have at once.
    var isCounted: Bool {
        switch answerer {
        case .own(let call): call.isCounted
        case .route: place != .here
        case .refusal: false
        }
    }

    /// Whether it ends with its client. What changes something is finished, so that nothing is left half done.
    var endsWithClient: Bool {
        switch answerer {
        case .own(let call): call.endsWithClient
        case .route(let route): route.facts.options.contains(.readOnly)
        case .refusal: false
        }
    }

    /// Whether descriptors may come with it.
    var takesFiles: Bool {
        if case .route(let route) = answerer { route.facts.options.contains(.filesIn) } else { false }
    }
}

extension Client {
    /// Throws unless the client may make a call that a driver answers. This is where that is decided, for all of them.
    fileprivate func require(_ route: Route, _ packet: Packet) throws(VirtError) {
        func flags() throws(VirtError) -> UInt32 { try route.flags?(packet) ?? 0 }
        if isReadOnly { try route.facts.requireAllowedReadOnly(flags: flags) }
        guard case .only = rights else { return }
        for permission in route.facts.permissions(flags: try flags()) { try require(permission) }
    }

    /// The same for a call that the session answers itself, whose permissions depend on no flags. Of those a read-only
    /// client may make all.
    fileprivate func require(_ call: OwnCall, _ header: MessageHeader) throws(VirtError) {
        guard case .only = rights else { return }
        let facts = ProcedureFacts.find(program: header.program, number: header.procedure)
        for permission in facts?.permissions(flags: 0) ?? [] { try require(permission) }
    }
}

extension Session {
    /// Finds what answers a call.
    func method(of packet: Packet) -> CallMethod {
        CallMethod(answerer(of: packet), for: packet)
    }

    private func answerer(of packet: Packet) -> CallMethod.Answerer {
        let header = packet.header
        do throws(VirtError) {
            if let own = ownCall(header) {
                try client.require(own, header)
                return .own(own)
            }
            guard !isForAdministration, let route = server.routes[header.program, header.procedure] else {
                return .refusal(unknown(header))
            }
            try client.require(route, packet)
            return .route(route)
        } catch {
            return .refusal(error)
        }
    }

    /// There is no such program, or no such procedure in it.
    private func unknown(_ header: MessageHeader) -> VirtError {
        let isServed = isForAdministration == (header.program == AdminProgram.number)
        guard isServed, ProcedureFacts.knows(program: header.program), header.version == 1 else {
            let detail = "Cannot find program \(header.program) version \(header.version)"
            return VirtError(.rpc, detail, from: .rpc)
        }
        if let facts = ProcedureFacts.find(program: header.program, number: header.procedure) {
            return .notSupported(facts.api).from(.remote)
        }
        return VirtError(.rpc, "unknown procedure: \(header.procedure)", from: .rpc)
    }
}
