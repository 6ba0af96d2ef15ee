import LinuxSystem
import Sealing
import Testing

@Suite("Sealing")
struct SealingKeyTests {
    private func key(_ byte: UInt8) throws -> SealingKey {
        try #require(SealingKey(SecretBytes([UInt8](repeating: byte, count: 32))))
    }

    private func bytes(_ secret: SecretBytes?) -> [UInt8]? { secret.map { $0.withBytes { Array($0) } } }

    @Test(
        "what is sealed is opened by the same key for the same purpose", arguments: [0, 1, 15, 16, 17, 65536])
    func opens(count: Int) throws {
        let content = Random.bytes(count)
        let sealed = try key(1).seal(SecretBytes(content), for: [1])
        #expect(bytes(try key(1).open(sealed, for: [1])) == content)
    }

    @Test("another key and another purpose open nothing")
    func refuses() throws {
        let sealed = try key(1).seal(SecretBytes([1, 2, 3]), for: [1])
        #expect(try key(2).open(sealed, for: [1]) == nil)
        #expect(try key(1).open(sealed, for: [2]) == nil)
    }

    @Test("no bit may change, and nothing may be missing")
    func notices() throws {
        let sealed = try key(1).seal(SecretBytes(Array("hello".utf8)), for: [])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(try key(1).open(changed, for: []) == nil, "byte \(index)")
            #expect(try key(1).open(Array(sealed.prefix(index)), for: []) == nil, "\(index) bytes")
        }
    }

    @Test("the content isn't to be seen, and the same content is sealed differently each time")
    func hides() throws {
        let content = SecretBytes(Array("correct horse battery staple".utf8))
        let (one, other) = (try key(1).seal(content, for: []), try key(1).seal(content, for: []))
        #expect(one != other)
        #expect(!String(decoding: one, as: UTF8.self).utf8.contains(Array("horse".utf8)))
    }

    @Test("a key has 32 bytes")
    func length() {
        for count in [0, 16, 31, 33] { #expect(SealingKey(SecretBytes(Random.bytes(count))) == nil) }
    }
}

extension Sequence<UInt8> {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        let all = Array(self)
        return all.indices.contains { all[$0...].starts(with: part) }
    }
}
