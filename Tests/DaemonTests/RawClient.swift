import LinuxSystem
import RemoteProtocol
import Synchronization
import Transport
import Virt
import XDR

/// Calls of `HeldDriver`: one that is held and only reads, one that is held and changes something, one that is answered
/// at once, and one with a reply of a thousand bytes.
let heldCall: Int32 = 203
let heldChange: Int32 = 250
let snapshotCall: Int32 = 59
let largeReply: Int32 = 7
/// One that takes the event loop's thread for a millisecond.
let slowCall: Int32 = 3

/// A client that knows packets, and waits for no reply unless it is told to.
final class RawClient: PacketReceiver {
    private let socket: Descriptor
    private let connection: PacketConnection
    private let state = Mutex(State())

    private struct State {
        var serial: UInt32 = 0
        var replies: [Packet] = []
        var reason: CloseReason?
        var waiting:
            [(condition: @Sendable (Int, CloseReason?) -> Bool, wake: UnsafeContinuation<Void, Never>)] = []
    }

    init(_ path: String) async throws {
        socket = try await Blocking.run { () throws(SystemError) in try UnixSocket.connect(to: path) }
        connection = PacketConnection(UnixTransport(socket))
        connection.start(self)
    }

    func open(_ uri: String, flags: ConnectFlags = []) async throws {
        send(try Packet(header(1), ConnectOpenArguments(name: uri, flags: flags)))
        let reply = await replies(count: 1).last
        guard reply?.header.status == .ok else { throw CloseReason.peer }
    }

    // MARK: Sending

    private func header(_ procedure: Int32, _ kind: MessageHeader.Kind = .call) -> MessageHeader {
        let serial = state.withLock { state in
            state.serial += 1
            return state.serial
        }
        return MessageHeader(program: RemoteProgram.number, procedure: procedure, kind: kind, serial: serial)
    }

    private func send(_ packet: Packet) { connection.send(packet) }

    /// Makes a call with as many zeros as its arguments take.
    func call(_ procedure: Int32) {
        let arguments = procedure == heldCall ? 4 : procedure == heldChange ? 16 : 0
        send(payload: [UInt8](repeating: 0, count: arguments), to: procedure)
    }

    func call(_ procedure: Int32, files: [Descriptor]) {
        let packet = try? Packet(header(procedure, .callWithFiles), descriptors: files) {
            (_: inout XDRCoder) throws(XDRError) in
        }
        if let packet { send(packet) }
    }

    func send(payload: [UInt8], to procedure: Int32) { send(Packet(header(procedure), payload: payload)) }

    /// Sends a call but for its last byte.
    func send(partOf payload: [UInt8], to procedure: Int32) throws {
        let bytes = Packet(header(procedure), payload: payload).bytes.dropLast()
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let taken = try rest.withUnsafeBytes { try UnixSocket.send($0, to: socket) }
            rest = rest.dropFirst(taken ?? 0)
        }
    }

    /// Sends what only a server sends.
    func sendReply() { send(Packet(header(snapshotCall, .reply))) }

    func register() {
        let arguments = ConnectNetworkEventRegisterAnyArguments(eventID: 0, network: nil)
        if let packet = try? Packet(header(313), arguments) { send(packet) }
    }

    func deregister(_ id: Int32) {
        let arguments = ConnectNetworkEventDeregisterAnyArguments(callbackID: id)
        if let packet = try? Packet(header(314), arguments) { send(packet) }
    }

    func pauseReading() { connection.pauseReading(for: .calls) }
    func resumeReading() { connection.resumeReading(for: .calls) }
    func close() { connection.close() }

    // MARK: Receiving

    func connection(_ connection: PacketConnection, received packets: [Packet]) {
        change { $0.replies += packets }
    }

    func connection(_ connection: PacketConnection, closed reason: CloseReason) {
        change { $0.reason = reason }
    }

    /// How many replies have come.
    var replyCount: Int { state.withLock { $0.replies.count } }

    /// All replies, once there are so many or the connection has ended.
    func replies(count: Int) async -> [Packet] {
        await wait { $0 >= count || $1 != nil }
        return state.withLock { $0.replies }
    }

    /// Why the connection has ended, once it has.
    func end() async -> CloseReason? {
        await wait { $1 != nil }
        return state.withLock { $0.reason }
    }

    private func change(_ body: (inout State) -> Void) {
        let woken = state.withLock { state in
            body(&state)
            let (count, reason) = (state.replies.count, state.reason)
            defer { state.waiting.removeAll { $0.condition(count, reason) } }
            return state.waiting.filter { $0.condition(count, reason) }.map(\.wake)
        }
        for wake in woken { wake.resume() }
    }

    private func wait(_ condition: @escaping @Sendable (Int, CloseReason?) -> Bool) async {
        await withUnsafeContinuation { wake in
            let holds = state.withLock { state in
                if condition(state.replies.count, state.reason) { return true }
                state.waiting.append((condition, wake))
                return false
            }
            if holds { wake.resume() }
        }
    }
}
