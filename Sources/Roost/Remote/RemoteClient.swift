import LinuxSystem
import RemoteProtocol
import Synchronization
import Transport
import Virt
import VirtDriver
import XDR

/// The client's side of one socket: calls out, replies, events and stream data in.
final class RemoteClient: PacketReceiver {
    private struct State {
        var connection: PacketConnection?
        var nextSerial: UInt32 = 0
        var calls: [UInt32: CheckedContinuation<Result<Packet, VirtError>, Never>] = [:]
        var streams: [UInt32: RemoteStream] = [:]
        var subscribers: [UInt64: @Sendable (PublishedEvent) -> Void] = [:]
        private var nextSubscriber: UInt64 = 0
        var closeHandlers: [UInt64: @Sendable (ConnectCloseReason) -> Void] = [:]
        /// Why there is no connection any more.
        var end: ConnectCloseReason?
        /// Whether this side wants it to end.
        var isClosing = false

        mutating func takeSubscriber() -> UInt64 {
            defer { nextSubscriber += 1 }
            return nextSubscriber
        }
    }

    private let state = Mutex(State())

    /// The program that carries the packets to another host, if one does.
    private let shell: SecureShellConnection?

    private init(_ connection: PacketConnection, by shell: SecureShellConnection? = nil) {
        self.shell = shell
        state.withLock { $0.connection = connection }
        connection.start(self)
    }

    /// Connects to the daemon at an address.
    static func connect(to address: DaemonAddress) async throws(VirtError) -> RemoteClient {
        switch address {
        case .sockets(let paths): return try await connect(to: paths)
        case .secureShell(let shell):
            let opened = try await shell.open()
            return RemoteClient(opened.packets, by: opened)
        }
    }

    /// Connects to the first of some sockets that is there.
    private static func connect(to paths: [String]) async throws(VirtError) -> RemoteClient {
        var failures = FailedAttempts()
        for path in paths {
            do {
                return RemoteClient(try await PacketConnection.connect(to: path))
            } catch {
                failures.add(path, error)
            }
        }
        throw failures.error
    }

    /// What an error at the beginning stands for: where a program that carries packets ended, it knows better why.
    func explained(_ error: VirtError) async -> VirtError {
        guard let shell, error == .connectionClosed else { return error }
        return await shell.reason()
    }

    // MARK: Calls

    /// Makes a call and waits for its reply.
    func call<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, _ arguments: Arguments, files: [Descriptor] = []
    ) async throws(VirtError) -> Reply {
        try await callForFiles(procedure, arguments, files: files).0
    }

    /// Makes a call whose reply brings descriptors.
    func callForFiles<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, _ arguments: Arguments, files: [Descriptor] = []
    ) async throws(VirtError) -> (Reply, [Descriptor]) {
        let packet = try await exchange(procedure, arguments, files: files)
        return (try reply(packet, of: procedure), packet.descriptors)
    }

    /// Makes a call that opens a stream.
    func openStream<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, _ arguments: Arguments
    ) async throws(VirtError) -> (reply: Reply, stream: any DataStream) {
        let serial = takeSerial()
        let header = MessageHeader(
            program: procedure.program, procedure: procedure.number, kind: .stream, serial: serial)
        let stream = RemoteStream(client: self, packets: StreamPackets(opening: header))
        state.withLock { $0.streams[serial] = stream }
        do {
            let packet = try await exchange(procedure, arguments, serial: serial)
            return (try reply(packet, of: procedure), stream)
        } catch {
            forgetStream(serial)
            throw error
        }
    }

    private func takeSerial() -> UInt32 {
        state.withLock { state in
            defer { state.nextSerial &+= 1 }
            return state.nextSerial
        }
    }

    private func exchange<Arguments: XDRValue, Reply: XDRValue>(
        _ procedure: Procedure<Arguments, Reply>, _ arguments: Arguments, files: [Descriptor] = [],
        serial: UInt32? = nil
    ) async throws(VirtError) -> Packet {
        let serial = serial ?? takeSerial()
        let header = MessageHeader(
            program: procedure.program, procedure: procedure.number,
            kind: files.isEmpty ? .call : .callWithFiles,
            serial: serial)
        let packet: Packet
        do {
            packet = try Packet(header, arguments, descriptors: files)
        } catch {
            throw VirtError(
                .rpc, "Unable to encode message payload of \(procedure.api): \(error)", from: .rpc)
        }
        return try await exchange(packet)
    }

    /// Sends a packet and waits for the one that answers it.
    func exchange(_ packet: Packet) async throws(VirtError) -> Packet {
        let result: Result<Packet, VirtError> = await withCheckedContinuation { continuation in
            let connection = state.withLock { state -> PacketConnection? in
                guard state.end == nil, let connection = state.connection else { return nil }
                state.calls[packet.header.serial] = continuation
                return connection
            }
            guard let connection else { return continuation.resume(returning: .failure(Self.closedError)) }
            connection.send(packet)
        }
        return try result.get()
    }

    private func reply<Arguments, Reply>(
        _ packet: Packet, of procedure: Procedure<Arguments, Reply>
    ) throws(VirtError) -> Reply {
        do {
            if packet.header.status != .error { return try packet.decode() }
        } catch {
            throw VirtError(.rpc, "Unable to decode the reply of \(procedure.api): \(error)", from: .rpc)
        }
        guard let error = try? packet.decode(RemoteError.self) else {
            throw VirtError(.rpc, "\(procedure.api) failed, and its error could not be read", from: .rpc)
        }
        // A daemon of libvirt's doesn't know the program that is Roost's own.
        if procedure.program == RoostProgram.number, error.code == ErrorNumber.rpc.rawValue {
            throw .notSupported(procedure.api)
        }
        throw error.virtError
    }

    private static var closedError: VirtError { .connectionClosed }

    // MARK: Packets

    func connection(_ connection: PacketConnection, received packets: [Packet]) {
        for packet in packets {
            let serial = packet.header.serial
            switch packet.header.kind {
            case .reply, .replyWithFiles:
                state.withLock { $0.calls.removeValue(forKey: serial) }?.resume(returning: .success(packet))
            case .stream, .streamHole:
                if packet.header.status != .continue && packet.header.kind == .stream,
                    let waiting = state.withLock({ $0.calls.removeValue(forKey: serial) })
                {
                    waiting.resume(returning: .success(packet))
                } else {
                    state.withLock { $0.streams[serial] }?.received(packet)
                }
            case .message: receivedMessage(packet)
            case .call, .callWithFiles: return connection.close()
            }
        }
    }

    private func receivedMessage(_ packet: Packet) {
        let header = packet.header
        guard let message = EventMessage.find(program: header.program, procedure: header.procedure) else {
            return
        }
        var coder = packet.reader()
        guard let (_, event) = try? message.decodeMessage(header.procedure, &coder) else { return }
        let heard = PublishedEvent(number: 0, time: CalendarTime.now.nanoseconds, event: event)
        for receive in state.withLock({ Array($0.subscribers.values) }) { receive(heard) }
    }

    func connection(_ connection: PacketConnection, closed reason: CloseReason) {
        let (calls, streams, handlers, end) = state.withLock { state in
            let end = state.end ?? (state.isClosing ? .client : reason == .keepalive ? .keepalive : .eof)
            state.end = end
            defer {
                (state.calls, state.streams, state.connection, state.closeHandlers) = ([:], [:], nil, [:])
            }
            return (
                Array(state.calls.values), Array(state.streams.values),
                state.closeHandlers.sorted { $0.key < $1.key }.map(\.value), end
            )
        }
        // Who waits for an answer may ask why there is none.
        for handler in handlers { handler(end) }
        for call in calls { call.resume(returning: .failure(Self.closedError)) }
        for stream in streams { stream.connectionClosed() }
    }

    // MARK: Life

    /// Ends the connection from this side.
    func close() {
        let connection = state.withLock { state in
            state.isClosing = true
            return state.connection
        }
        connection?.close()
    }

    /// Calls `body` once when the connection ends, with why.
    func onClose(_ body: @escaping @Sendable (ConnectCloseReason) -> Void) -> any EventSubscription {
        let (id, end) = state.withLock { state in
            let id = state.takeSubscriber()
            if state.end == nil { state.closeHandlers[id] = body }
            return (id, state.end)
        }
        if let end { body(end) }
        return Subscription { [weak self] in
            _ = self?.state.withLock { $0.closeHandlers.removeValue(forKey: id) }
        }
    }

    /// Asks the daemon for signs of life from now on, every `interval`, and gives it up after `count` without.
    func setKeepalive(interval: Duration, count: Int) {
        state.withLock { $0.connection }?.setKeepalive(interval: interval, count: count)
    }

    // MARK: Streams and events

    func forgetStream(_ serial: UInt32) { _ = state.withLock { $0.streams.removeValue(forKey: serial) } }

    func send(_ packet: Packet) { state.withLock { $0.connection }?.send(packet) }

    /// Waits until the daemon has taken what was sent, where much of it waits.
    func waitForRoom() async {
        guard let connection = state.withLock({ $0.connection }), connection.queuedBytes > 1 << 20 else {
            return
        }
        await connection.drained()
    }

    func pauseReading() { state.withLock { $0.connection }?.pauseReading(for: .streams) }
    func resumeReading() { state.withLock { $0.connection }?.resumeReading(for: .streams) }

    /// Hears of every event that the daemon sends, until cancelled.
    func subscribe(_ receive: @escaping @Sendable (PublishedEvent) -> Void) -> any EventSubscription {
        let id = state.withLock { state in
            let id = state.takeSubscriber()
            state.subscribers[id] = receive
            return id
        }
        return Subscription { [weak self] in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
    }
}
