import LinuxSystem
import RemoteProtocol
import Testing
import XDR

@testable import Transport

@Suite struct PacketFramerTests {
    @Test("a packet's bytes are length, header and payload")
    func bytes() {
        let packet = packet([1, 2, 3, 4], serial: 7)
        #expect(
            packet.bytes == [
                0, 0, 0, 32, 0x20, 0, 0x80, 0x86, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0,
                1, 2, 3, 4,
            ])
        #expect(packet.payload.elementsEqual([1, 2, 3, 4]))
    }

    @Test("a value comes back from the packet that carries it, and trailing bytes are refused")
    func value() throws {
        let hole = try StreamPackets(opening: header(serial: 3)).hole(length: 1 << 40, flags: 0)
        #expect(hole.header.kind == .streamHole)
        #expect(hole.header.serial == 3)
        #expect(hole.payload.count == 12)
        #expect(try packet([]).decode(Nothing.self) == Nothing())
        #expect(throws: XDRError.trailingBytes(4)) { try packet([0, 0, 0, 0]).decode(Nothing.self) }
    }

    @Test("packets come out whole however the bytes were split")
    func splits() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let sent = (0..<UInt32.random(in: 1...8)).map { serial in
                packet([UInt8](repeating: UInt8(serial), count: Int.random(in: 0..<300)), serial: serial)
            }
            var stream = sent.flatMap(\.bytes)[...]
            var framer = PacketFramer()
            var received: [Packet] = []
            while !stream.isEmpty {
                let count = Int.random(
                    in: 1...max(1, stream.count / Int.random(in: 1...20)), using: &generator)
                received += try framer.receive(stream.prefix(count))
                stream = stream.dropFirst(count)
            }
            #expect(received.map(\.bytes) == sent.map(\.bytes))
            #expect(framer.isBetweenPackets)
        }
    }

    @Test("random bytes end in packets or an error, never in more memory than came")
    func noise() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = [UInt8]((0..<Int.random(in: 0..<200)).map { _ in UInt8.random(in: 0...255) })
            // Half of them begin plausibly.
            if Bool.random(using: &generator) {
                bytes = packet(bytes).bytes
                let place = Int.random(in: 0..<bytes.count)
                bytes[place] ^= UInt8.random(in: 1...255)
            }
            var framer = PacketFramer(limit: 65536)
            let packets = try? framer.receive(bytes)
            #expect((packets?.reduce(0) { $0 + $1.bytes.count } ?? 0) <= bytes.count)
        }
    }

    @Test("a length that no header fits in, or past the limit, is refused at once")
    func lengths() {
        for length: UInt8 in [0, 4, 27] {
            var framer = PacketFramer()
            #expect(throws: FramingError.tooShort(Int(length))) { try framer.receive([0, 0, 0, length]) }
        }
        var framer = PacketFramer(limit: 1000)
        #expect(throws: FramingError.tooLong(length: 1001, limit: 1000)) {
            try framer.receive([0, 0, 3, 0xe9])
        }
        var whole = PacketFramer()
        #expect(throws: FramingError.tooLong(length: 0xffff_ffff, limit: MessageLimit.message)) {
            try whole.receive([0xff, 0xff, 0xff, 0xff])
        }
        #expect(throws: Never.self) { try PacketFramer.largest() }
    }

    @Test("kinds and statuses without a meaning are refused")
    func badHeaders() {
        for place in [19, 27] {
            var bytes = packet([]).bytes
            bytes[place] = 99
            var framer = PacketFramer()
            #expect(throws: FramingError.badHeader(.unknownCase(99))) { try framer.receive(bytes) }
        }
    }

    @Test("descriptors belong to the packet that announced them, in order, however the reads fell")
    func descriptors() throws {
        let pipes = try (0..<3).map { _ in try Pipe().readEnd }
        let first = try packet(with: Array(pipes.prefix(2)), payload: [5])
        let second = try packet(with: [pipes[2]])
        var framer = PacketFramer()
        #expect(try framer.receive(first.bytes).isEmpty)
        #expect(!framer.isBetweenPackets)
        #expect(try framer.receive([0], descriptors: [pipes[0]]).isEmpty)
        let one = try framer.receive([0], descriptors: [pipes[1]])
        #expect(one.first?.descriptors.map(\.rawValue) == pipes.prefix(2).map(\.rawValue))
        #expect(one.first?.payload.elementsEqual([0, 0, 0, 5]) == true)
        let two = try framer.receive(second.bytes + [0] + packet([]).bytes, descriptors: [pipes[2]])
        #expect(two.map(\.descriptors.count) == [1, 0])
    }

    @Test("descriptors that are missing, too many or unasked are errors")
    func badDescriptors() throws {
        let pipe = try Pipe().readEnd
        let announcing = try packet(with: [pipe])
        var missing = PacketFramer()
        #expect(throws: FramingError.missingDescriptor) { try missing.receive(announcing.bytes + [0]) }
        var unasked = PacketFramer()
        #expect(throws: FramingError.unexpectedDescriptors(1)) {
            try unasked.receive(packet([]).bytes, descriptors: [pipe])
        }
        var bytes = announcing.bytes
        bytes[31] = 33
        var tooMany = PacketFramer()
        #expect(throws: FramingError.tooManyDescriptors(33)) { try tooMany.receive(bytes) }
        var cut = PacketFramer()
        #expect(throws: FramingError.badHeader(.truncated)) {
            try cut.receive(Packet(header(), payload: []).bytes.replacingKind(with: 4))
        }
        #expect(throws: XDRError.tooLong(length: 33, limit: 32)) {
            try Packet(header(.replyWithFiles), Nothing(), descriptors: Array(repeating: pipe, count: 33))
        }
    }
}

extension [UInt8] {
    /// The message with another kind in its header.
    fileprivate func replacingKind(with kind: UInt8) -> [UInt8] {
        var copy = self
        copy[19] = kind
        return copy
    }
}

extension PacketFramer {
    /// Takes the begin of the largest message that there may be.
    fileprivate static func largest() throws {
        var framer = PacketFramer()
        let length = UInt32(MessageLimit.message)
        _ = try framer.receive((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) })
    }
}
