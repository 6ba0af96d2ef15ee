import Glibc
import LinuxSystem
import RemoteProtocol
import Synchronization
import Testing

@testable import Transport

@Suite struct PacketConnectionTests {
    @Test("what one side sends the other receives, and the answers come back")
    func echo() async throws {
        let joined = try Joined { Packet(header(.reply, serial: $0.header.serial), payload: $0.payload) }
        for serial in 0..<UInt32(100) { joined.left.send(packet([UInt8(serial)], serial: serial)) }
        let replies = await joined.leftSees.packets(count: 100)
        #expect(replies.map(\.header.serial) == Array(0..<100))
        #expect(replies.allSatisfy { $0.header.kind == .reply })
        #expect(joined.right.peer?.process == ThisProcess.id)
        joined.left.close()
        #expect(await joined.rightSees.closeReason() == .peer)
        #expect(await joined.leftSees.closeReason() == .local)
        #expect(!joined.left.send(packet([])))
    }

    @Test("what one turn sends comes in one piece")
    func together() async throws {
        let joined = try Joined()
        joined.left.loop.submit {
            for serial in 0..<UInt32(32) { joined.left.send(packet([], serial: serial)) }
        }
        #expect(await joined.rightSees.packets(count: 32).count == 32)
        #expect(joined.rightSees.batches == 1)
        joined.left.close()
    }

    @Test("a message of many megabytes passes, and waiting for it to be written ends")
    func large() async throws {
        let joined = try Joined()
        let payload = [UInt8](repeating: 9, count: 20 << 20)
        joined.left.send(packet(payload))
        await joined.left.drained()
        #expect(joined.left.queuedBytes == 0)
        #expect(await joined.rightSees.packets(count: 1).first?.payload.count == payload.count)
        joined.left.close()
    }

    @Test("descriptors arrive with their packets, among packets without")
    func descriptors() async throws {
        let joined = try Joined()
        let pipe = try Pipe()
        joined.left.send(packet([1]))
        joined.left.send(try packet(with: [pipe.writeEnd, pipe.writeEnd], serial: 5))
        joined.left.send(packet([2]))
        let received = await joined.rightSees.packets(count: 3)
        #expect(received.map(\.descriptors.count) == [0, 2, 0])
        try received.last { !$0.descriptors.isEmpty }?.descriptors.last?.writeAll([42])
        #expect(try pipe.readEnd.status().kind == .pipe)
        joined.left.close()
    }

    @Test("a peer that sends no messages loses the connection, with the packets before it delivered")
    func garbage() async throws {
        let (a, b) = try UnixSocket.pair()
        var limits = ConnectionLimits()
        limits.input = 1000
        let connection = PacketConnection(UnixTransport(a), limits: limits)
        let sees = Recorder()
        connection.start(sees)
        let bytes = packet([7]).bytes + [0, 1, 0, 0]
        _ = try bytes.withUnsafeBytes { try UnixSocket.send($0, to: b) }
        #expect(await sees.closeReason() == .framing(.tooLong(length: 65536, limit: 1000)))
        #expect(sees.packets.count == 1)
    }

    @Test("a peer that never reads loses the connection once too much waits for it")
    func slowPeer() async throws {
        let (a, b) = try UnixSocket.pair()
        var limits = ConnectionLimits()
        limits.output = 1 << 20
        let connection = PacketConnection(UnixTransport(a), limits: limits)
        let sees = Recorder()
        connection.start(sees)
        var count = 0
        while connection.send(packet([UInt8](repeating: 0, count: 1000))), count < 10_000 { count += 1 }
        #expect(await sees.closeReason() == .outputLimit)
        #expect(count < 10_000)
        withExtendedLifetime(b) {}
    }

    @Test("finishing writes what waits, then closes")
    func finish() async throws {
        let joined = try Joined()
        joined.left.send(packet([UInt8](repeating: 1, count: 4 << 20)))
        joined.left.finish()
        #expect(!joined.left.send(packet([])))
        #expect(await joined.rightSees.packets(count: 1).count == 1)
        #expect(await joined.rightSees.closeReason() == .peer)
        #expect(await joined.leftSees.closeReason() == .local)
    }

    @Test("nothing is read while reading is paused")
    func pause() async throws {
        let joined = try Joined()
        joined.right.pauseReading(for: .calls)
        joined.right.pauseReading(for: .streams)
        joined.right.resumeReading(for: .streams)
        joined.left.send(packet([1]))
        await withUnsafeContinuation { done in
            joined.right.loop.schedule(after: .milliseconds(5)) { done.resume() }
        }
        #expect(joined.rightSees.packets.isEmpty)
        joined.right.resumeReading(for: .calls)
        #expect(await joined.rightSees.packets(count: 1).count == 1)
        joined.left.close()
    }

    @Test("what waits to be read by the peer and half messages count, and nothing is read while that is full")
    func room() async throws {
        var limits = ConnectionLimits()
        let bytes = Allowance(100)
        limits.bytes = bytes
        let joined = try Joined(limits: limits)
        let half = packet([UInt8](repeating: 1, count: 300)).bytes
        _ = try half.dropLast().withUnsafeBytes {
            try UnixSocket.send($0, to: joined.left.transport.descriptor)
        }
        while bytes.count < half.count - 1 { await nextTurn(joined.right.loop) }
        // The end of the message comes, but isn't read before there is room.
        _ = try half.suffix(1).withUnsafeBytes {
            try UnixSocket.send($0, to: joined.left.transport.descriptor)
        }
        while !joined.right.state.withLock({ $0.pauses.contains(.room) }) {
            await nextTurn(joined.right.loop)
        }
        #expect(joined.rightSees.packets.isEmpty)
        bytes.giveBack(half.count)
        #expect(await joined.rightSees.packets(count: 1).count == 1)
        joined.left.close()
        _ = await joined.rightSees.closeReason()
        #expect(bytes.count == -half.count)
    }

    @Test("a connection that waits for room ends, and others that share the allowance are read again")
    func roomOfOneThatEnds() async throws {
        var limits = ConnectionLimits()
        let bytes = Allowance(100)
        limits.bytes = bytes
        let (full, other) = (try Joined(limits: limits), try Joined(limits: limits))
        let half = packet([UInt8](repeating: 1, count: 300)).bytes
        _ = try half.dropLast().withUnsafeBytes {
            try UnixSocket.send($0, to: full.left.transport.descriptor)
        }
        while bytes.count < half.count - 1 { await nextTurn(full.right.loop) }
        _ = try half.suffix(1).withUnsafeBytes { try UnixSocket.send($0, to: full.left.transport.descriptor) }
        other.left.send(packet([7]))
        for joined in [full, other] {
            while !joined.right.state.withLock({ $0.pauses.contains(.room) }) {
                await nextTurn(joined.right.loop)
            }
        }
        full.right.close()
        #expect(await other.rightSees.packets(count: 1).count == 1)
        #expect(bytes.count == 0)
        other.left.close()
    }

    private func nextTurn(_ loop: EventLoop) async {
        await withUnsafeContinuation { done in loop.inNextTurn { done.resume() } }
    }

    @Test("a peer that sends descriptors where none may come loses the connection, and they are closed")
    func unwantedDescriptors() async throws {
        var limits = ConnectionLimits()
        limits.descriptors = 0
        let joined = try Joined(limits: limits)
        let pipe = try Pipe()
        joined.left.send(try packet(with: [pipe.writeEnd]))
        let reason = await joined.rightSees.closeReason()
        #expect(reason == .system(SystemError(call: "recvmsg", errno: EMSGSIZE)))
        pipe.writeEnd.close()
        let end = try await Blocking.run { () throws(SystemError) in try pipe.readEnd.readToEnd(limit: 1) }
        #expect(end.isEmpty)
    }

    @Test("a ping is answered without the receiver, and other packets pass")
    func ping() async throws {
        let (a, b) = try UnixSocket.pair(nonBlocking: false)
        let connection = PacketConnection(UnixTransport(a))
        try a.setNonBlocking()
        let sees = Recorder()
        connection.start(sees)
        func keepalive(_ procedure: Int32) -> [UInt8] {
            Packet(
                MessageHeader(program: 0x6b65_6570, procedure: procedure, kind: .message, serial: 0)
            ).bytes
        }
        try b.writeAll(keepalive(1) + packet([3]).bytes)
        #expect(await sees.packets(count: 1).first?.payload.first == 3)
        let answer = try await Blocking.run { () throws(SystemError) in
            try withUnsafeTemporaryAllocation(byteCount: 100, alignment: 8) { (buffer) throws(SystemError) in
                Array(buffer.prefix(try b.read(into: buffer) ?? 0))
            }
        }
        #expect(answer == keepalive(2))
        connection.close()
    }

    @Test("keepalive finds a peer alive that answers, and gives up one that does not")
    func keepalive() async throws {
        let joined = try Joined()
        joined.left.setKeepalive(interval: .milliseconds(2), count: 50)
        let (a, b) = try UnixSocket.pair()
        let connection = PacketConnection(UnixTransport(a))
        let sees = Recorder()
        connection.start(sees)
        connection.setKeepalive(interval: .milliseconds(2), count: 3)
        #expect(await sees.closeReason() == .keepalive)
        #expect(joined.left.isOpen)
        joined.left.close()
        withExtendedLifetime(b) {}
    }
}

@Suite struct PacketListenerTests {
    @Test("as many clients are served as there are places, and the next when one goes")
    func limit() async throws {
        let folder = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/roost-test-")
        defer { try? FileSystem.removeTree(folder) }
        let limit = ClientLimit(2)
        let listener = try PacketListener(try UnixSocket.listen(at: folder + "/s"), limit: limit) {
            PacketConnection($0, place: $1).start(Recorder { $0 })
        }
        var clients: [PacketConnection] = []
        for _ in 0..<3 { clients.append(try await PacketConnection.connect(to: folder + "/s")) }
        let sees = clients.map { _ in Recorder() }
        for (client, recorder) in zip(clients, sees) {
            client.start(recorder)
            client.send(packet([1]))
        }
        for recorder in sees.prefix(2) { #expect(await recorder.packets(count: 1).count == 1) }
        #expect(limit.count == 2)
        #expect(sees[2].packets.isEmpty)
        clients[0].close()
        #expect(await sees[2].packets(count: 1).count == 1)
        for client in clients { client.close() }
        listener.stop()
    }
}

@Suite struct StreamPacketsTests {
    @Test("data are cut into packets that every peer takes, and repeat the call's numbers")
    func data() {
        let stream = StreamPackets(opening: header(procedure: 201, serial: 9))
        let packets = stream.data([UInt8](repeating: 1, count: 600_000))
        #expect(packets.map(\.payload.count) == [262_120, 262_120, 75_760])
        for packet in packets + [stream.endOfData] {
            #expect(packet.header == header(.stream, procedure: 201, serial: 9, status: .continue))
            #expect(stream.contains(packet.header))
        }
        #expect(stream.data([]).isEmpty)
        #expect(stream.finish.header.status == .ok)
        #expect(stream.abort.header.status == .error)
        #expect(!stream.contains(header(.reply, procedure: 201, serial: 9)))
    }
}
