import RemoteProtocol
import Transport
import Virt
import VirtDriver

extension Session {
    /// Answers a call: on this thread as far as it needs no waiting, or as a task of its own.
    func run(_ packet: Packet, _ method: CallMethod) {
        if case .refusal(let error) = method.answerer { return fail(packet, error) }
        let id = withState { $0.running.begin() }
        if method.place == .here {
            let task = Task.immediate {
                await complete(packet, method)
                finished(id)
            }
            if method.endsWithClient { withState { $0.running.keep(task, id) } }
            return
        }
        let cost = packet.cost
        bytes.take(cost)
        if method.isCounted { user.calls.take(1) }
        let task = Task(executorPreference: method.place == .lane ? user.lane ?? lane : nil) { [self] in
            await complete(packet, method)
            bytes.giveBack(cost)
            if method.isCounted { user.calls.giveBack(1) }
            finished(id)
            // What computes for long may end after all clients have gone.
            if method.place == .lane { server.memory.schedule() }
        }
        if method.endsWithClient { withState { $0.running.keep(task, id) } }
    }

    private func complete(_ packet: Packet, _ method: CallMethod) async {
        if Task.isCancelled { return }
        do throws(VirtError) {
            let reply: Packet
            switch method.answerer {
            case .refusal(let error): throw error
            case .own(let call): reply = try await call.body(self, packet)
            case .route(let route): reply = try await answer(packet, by: route)
            }
            send(reply)
            if case .own = method.answerer, let next = withState({ $0.afterReply.take() }) {
                whenRepliesAreRead(next)
            }
            streams.startPumping(serial: packet.header.serial)
        } catch {
            fail(packet, error)
        }
    }

    private func answer(_ packet: Packet, by route: Route) async throws(VirtError) -> Packet {
        let call = Call(driver: try driver(), files: packet.descriptors)
        do throws(VirtError) {
            let reply =
                route.facts.options.contains(.snapshot)
                ? try await route.run(call, packet)
                : try await Caller(client, by: call.driver).run { () async throws(VirtError) in
                    try await route.run(call, packet)
                }
            if let stream = call.extras.stream { streams.open(stream, for: packet.header, of: self) }
            if route.facts.changes { audit(packet, route.facts, reply) }
            return reply
        } catch {
            if route.facts.changes { audit(packet, route.facts, error) }
            throw error
        }
    }

    /// Answers with an error.
    func fail(_ packet: Packet, _ error: VirtError) {
        var header = packet.header
        header.kind = .reply
        header.status = .error
        if let reply = try? Packet(header, RemoteError(error)) { send(reply) }
    }
}
