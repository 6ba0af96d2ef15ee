import LinuxSystem
import Testing

@testable import Transport

@Suite struct OutputQueueTests {
    @Test("everything comes out in order, whatever each write takes")
    func order() throws {
        for _ in 0..<100 {
            var queue = OutputQueue()
            var expected: [UInt8] = []
            var written: [UInt8] = []
            for serial in 0..<UInt32(20) {
                let size = Int.random(in: 0...3) == 0 ? 70_000 : 10
                let packet = packet([UInt8](repeating: UInt8(serial), count: size), serial: serial)
                queue.append(packet)
                expected += packet.bytes
                try queue.drain { bytes, _ in
                    let count = Int.random(in: 0...bytes.count)
                    if count == 0 { return nil }
                    written += bytes.prefix(count)
                    return count
                }
                #expect(queue.count == expected.count - written.count)
            }
            try queue.drain { bytes, _ in
                written += bytes
                return bytes.count
            }
            #expect(written == expected)
            #expect(queue.isEmpty)
        }
    }

    @Test("each descriptor goes with one byte of its own, between its packet and the next")
    func descriptors() throws {
        let ends = try (0..<2).map { _ in try Pipe().readEnd }
        var queue = OutputQueue()
        let (first, second) = (try packet(with: ends), packet([1]))
        queue.append(first)
        queue.append(second)
        var writes: [(count: Int, descriptors: Int)] = []
        try queue.drain { bytes, descriptors in
            writes.append((bytes.count, descriptors.count))
            return bytes.count
        }
        #expect(writes.map(\.count) == [first.bytes.count, 1, 1, second.bytes.count])
        #expect(writes.map(\.descriptors) == [0, 1, 1, 0])
    }
}
