import LinuxSystem
import Virt
import VirtDriver

/// Carries bytes between a terminal in raw mode and a stream, until the escape byte is typed or the stream ends.
struct ConsoleRelay: Sendable {
    let stream: any DataStream
    let escape: UInt8

    /// What is left of the connection when one direction ends.
    private enum End: Sendable {
        case escaped
        case closed
        case failed(VirtError)
    }

    /// Relays; throws what went wrong with the stream.
    func run() async throws {
        let (keys, source) = AsyncStream.makeStream(of: [UInt8].self)
        let input = try Descriptor.duplicate(0)
        let registration = try EventLoop.shared.register(input, for: .readable) { _ in
            var bytes = [UInt8](repeating: 0, count: 1024)
            let count = bytes.withUnsafeMutableBytes { try? input.read(into: $0) }
            guard let count, count > 0 else { return source.finish() }
            source.yield(Array(bytes.prefix(count)))
        }
        defer { registration.cancel() }
        let end = await firstEnd(keys)
        switch end {
        case .escaped, .closed: break
        case .failed(let error): throw error
        }
    }

    private func firstEnd(_ keys: AsyncStream<[UInt8]>) async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask { await send(keys) }
            group.addTask { await receive() }
            let end = await group.next() ?? .closed
            await stream.abort()
            group.cancelAll()
            return end
        }
    }

    private func send(_ keys: AsyncStream<[UInt8]>) async -> End {
        for await bytes in keys {
            let wanted = bytes.prefix { $0 != escape }
            do throws(VirtError) {
                if !wanted.isEmpty { try await stream.write(.data(Array(wanted))) }
            } catch {
                return .failed(error)
            }
            if wanted.count < bytes.count { return .escaped }
        }
        return .escaped
    }

    private func receive() async -> End {
        guard let output = try? Descriptor.duplicate(1) else { return .closed }
        do throws(VirtError) {
            while let piece = try await stream.read() {
                if case .data(let bytes) = piece { await write(bytes, output) }
            }
            return .closed
        } catch {
            return .failed(error)
        }
    }

    private func write(_ bytes: [UInt8], _ output: Descriptor) async {
        await Blocking.run { try? output.writeAll(bytes) }
    }
}
