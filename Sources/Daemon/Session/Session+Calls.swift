import RemoteProtocol
import Transport
import Virt
import VirtDriver

extension Session {
    /// Finds what answers a call, and lets it.
    func dispatch(_ packet: Packet) {
        let header = packet.header
        let table = server.routes
        if let own = ownCall(header) { return run(packet, own.inPlace ? .here : .pool, own.body) }
        guard let route = table[header.program, header.procedure] else { return refuse(packet) }
        let flags = packet.payload.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        do throws(VirtError) {
            if isReadOnly { try route.facts.requireAllowedReadOnly(flags: flags) }
        } catch {
            return fail(packet, error)
        }
        run(packet, place(for: packet, route.facts.options)) { (session, packet) async throws(VirtError) in
            let call = Call(driver: try session.driver(), files: packet.descriptors)
            let reply = try await route.run(call, packet)
            if let stream = call.extras.stream {
                session.streams.open(stream, for: packet.header, of: session)
            }
            return reply
        }
    }

    /// Where a call runs.
    private enum Place {
        /// On this thread, as far as it needs no waiting.
        case here
        /// As a task of its own.
        case pool
        /// As a task in the client's lane for heavy work.
        case lane
    }

    /// The most bytes of a packet whose reading takes no time to speak of.
    private static let smallPacket = 32 << 10

    private func place(for packet: Packet, _ options: ProcedureFacts.Options) -> Place {
        if options.contains(.costly) || packet.payload.count > Self.smallPacket { return .lane }
        return options.contains(.snapshot) ? .here : .pool
    }

    private func run(
        _ packet: Packet, _ place: Place,
        _ body: @escaping @Sendable (Session, Packet) async throws(VirtError) -> Packet
    ) {
        switch place {
        case .here: Task.immediate { await complete(packet, body) }
        case .pool: Task { await complete(packet, body) }
        case .lane: Task(executorPreference: lane) { await self.complete(packet, body) }
        }
    }

    private func complete(
        _ packet: Packet, _ body: @Sendable (Session, Packet) async throws(VirtError) -> Packet
    ) async {
        do throws(VirtError) {
            send(try await body(self, packet))
            streams.startPumping(serial: packet.header.serial)
        } catch {
            fail(packet, error)
        }
    }

    /// Answers with an error.
    private func fail(_ packet: Packet, _ error: VirtError) {
        var header = packet.header
        header.kind = .reply
        header.status = .error
        if let reply = try? Packet(header, RemoteError(error)) { send(reply) }
    }

    /// There is no such program, or no such procedure in it.
    private func refuse(_ packet: Packet) {
        let header = packet.header
        guard ProcedureFacts.knows(program: header.program), header.version == 1 else {
            let detail = "Cannot find program \(header.program) version \(header.version)"
            return fail(packet, VirtError(.rpc, detail, from: .rpc))
        }
        if let facts = ProcedureFacts.find(program: header.program, number: header.procedure) {
            return fail(packet, .notSupported(facts.api).from(.remote))
        }
        fail(packet, VirtError(.rpc, "unknown procedure: \(header.procedure)", from: .rpc))
    }
}
