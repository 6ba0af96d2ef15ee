import RemoteProtocol
import Synchronization
import Transport
import Virt
import VirtDriver
import XDR

/// The streams that one client has open, by the serial of the call that opened each.
final class ServerStreams: Sendable {
    private let streams = Mutex<[UInt32: ServerStream]>([:])
    /// The streams whose drivers take data more slowly than they come.
    private let slow = Mutex<Set<UInt32>>([])

    /// Remembers a stream before the reply to its call goes out, since data may follow at once.
    func open(_ stream: any DataStream, for header: MessageHeader, of session: Session) {
        let entry = ServerStream(stream, header: header, session: session)
        let former = streams.withLock { $0.updateValue(entry, forKey: header.serial) }
        former?.end()
    }

    /// Lets the stream's data flow to the client.
    func startPumping(serial: UInt32) { streams.withLock { $0[serial] }?.start() }

    /// A stream packet came. One for a stream that has ended meanwhile is nothing to worry about.
    func received(_ packet: Packet, of session: Session) {
        streams.withLock { $0[packet.header.serial] }?.received(packet)
    }

    /// Forgets a stream that has ended.
    func remove(_ serial: UInt32) { _ = streams.withLock { $0.removeValue(forKey: serial) } }

    /// The client isn't read while data of any of its streams wait.
    func setSlow(_ isSlow: Bool, _ serial: UInt32, of session: Session?) {
        slow.withLock { slow in
            let before = slow.isEmpty
            if isSlow { slow.insert(serial) } else { slow.remove(serial) }
            guard slow.isEmpty != before else { return }
            if isSlow { session?.pauseReading(for: .streams) } else { session?.resumeReading(for: .streams) }
        }
    }

    /// The client has gone.
    func abortAll() {
        let all = streams.withLock { streams in
            defer { streams = [:] }
            return Array(streams.values)
        }
        for stream in all { stream.end() }
    }
}

/// One stream between a driver and a client: a task for each direction.
final class ServerStream: Sendable {
    private enum Step: Sendable {
        case write(StreamPiece)
        case finish, abort
    }

    private let stream: any DataStream
    private let packets: StreamPackets
    private weak let session: Session?
    private let steps = ElementQueue<Step> { step in
        if case .write(.data(let bytes)) = step { bytes.count + 64 } else { 64 }
    }
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// How many bytes may wait for the driver before the client is not listened to.
    private static let inboundLimit = 4 << 20

    init(_ stream: any DataStream, header: MessageHeader, session: Session) {
        self.stream = stream
        self.session = session
        packets = StreamPackets(opening: header)
    }

    /// Starts both directions.
    func start() {
        let outbound = Task { [self] in await pumpOut() }
        let inbound = Task { [self] in await pumpIn() }
        tasks.withLock { $0 = [outbound, inbound] }
    }

    /// Ends everything at once.
    func end() {
        steps.cancel()
        for task in tasks.withLock({ $0 }) { task.cancel() }
        let stream = stream
        Task { await stream.abort() }
    }

    // MARK: From the client

    func received(_ packet: Packet) {
        switch (packet.header.kind, packet.header.status) {
        case (.stream, .continue):
            if !packet.payload.isEmpty { steps.push(.write(.data(Array(packet.payload)))) }
        case (.streamHole, _):
            guard let hole = try? packet.decode(StreamHole.self), hole.length >= 0 else {
                return fail(VirtError(.rpc, "a hole in the stream has no length", from: .streams))
            }
            steps.push(.write(.hole(length: hole.length)))
        case (.stream, .ok): steps.push(.finish)
        default: steps.push(.abort)
        }
        if steps.cost > Self.inboundLimit {
            setSlow(true)
            // What was taken in between has woken nobody.
            if steps.cost < Self.inboundLimit / 4 { setSlow(false) }
        }
    }

    private func setSlow(_ isSlow: Bool) {
        session?.streams.setSlow(isSlow, packets.serial, of: session)
    }

    private func pumpIn() async {
        while let step = await steps.next() {
            if steps.cost < Self.inboundLimit / 4 { setSlow(false) }
            do {
                switch step {
                case .write(let piece): try await stream.write(piece)
                case .finish:
                    try await stream.finish()
                    return close(packets.finish)
                case .abort:
                    await stream.abort()
                    return close(packets.finish)
                }
            } catch {
                return fail(error)
            }
        }
    }

    // MARK: To the client

    private func pumpOut() async {
        do {
            while let piece = try await stream.read() {
                if Task.isCancelled { return }
                send(piece)
                await session?.waitForRoom()
            }
            // The client then finishes the stream.
            if !Task.isCancelled { session?.send(packets.endOfData) }
        } catch {
            if !Task.isCancelled { fail(error) }
        }
    }

    private func send(_ piece: StreamPiece) {
        switch piece {
        case .hole(let length): if let packet = try? packets.hole(length: length) { session?.send(packet) }
        case .data(let bytes): for packet in packets.data(bytes) { session?.send(packet) }
        }
    }

    /// The stream is over for both sides.
    private func close(_ last: Packet) {
        session?.send(last)
        forget()
    }

    private func fail(_ error: VirtError) {
        if let packet = try? packets.failure(RemoteError(error)) { session?.send(packet) }
        forget()
        end()
    }

    private func forget() {
        session?.streams.remove(packets.serial)
        setSlow(false)
        steps.finish()
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }
}
