import LinuxSystem
import Testing
import Virt
import VirtDriver

@testable import HostKit

@Suite("A stream over a descriptor") struct DescriptorStreamTests {
    private func pair() throws -> (DescriptorStream, Descriptor) {
        let (near, far) = try UnixSocket.pair(nonBlocking: false)
        return (try DescriptorStream(near, of: "console"), far)
    }

    @Test("takes and gives bytes, and ends where the other side does")
    func both() async throws {
        let (stream, far) = try pair()
        try await stream.write(.data(Array("abc".utf8)))
        try far.setNonBlocking()
        #expect(try await far.firstBytes(within: .seconds(30)) == Array("abc".utf8))
        try far.writeAll("def".utf8)
        #expect(try await stream.read() == .data(Array("def".utf8)))
        far.close()
        #expect(try await stream.read() == nil)
    }

    @Test("wakes whoever waits when it is closed, and tells why")
    func closing() async throws {
        let (stream, far) = try pair()
        let reader = Task { try await stream.read() }
        stream.onClose { far.close() }
        stream.close(VirtError(.operationAborted, "taken over", from: .streams))
        let error = await #expect(throws: VirtError.self) { try await reader.value }
        #expect(error?.message == "operation aborted: taken over")
        await #expect(throws: VirtError.self) { try await stream.write(.data([1])) }
    }

    @Test("has no holes, and says what it is")
    func holes() async throws {
        let (stream, far) = try pair()
        let error = await #expect(throws: VirtError.self) { try await stream.write(.hole(length: 1)) }
        #expect(error?.message == "Operation not supported: a console has no holes")
        far.close()
    }
}
