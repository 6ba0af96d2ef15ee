import Glibc
import LinuxSystem
import Synchronization
import Virt
import VirtDriver

/// A stream over an open terminal, socket or pipe: what is read comes from it, what is written goes to it.
public final class DescriptorStream: DataStream {
    private let descriptor: Descriptor
    /// What it is a stream of, for messages.
    private let name: String
    private let loop: EventLoop
    private let state = Mutex(State())

    private struct State {
        var registration: EventLoop.Registration?
        var reader: CheckedContinuation<Void, Never>?
        var writer: CheckedContinuation<Void, Never>?
        var isClosed = false
        var onClose: (@Sendable () -> Void)?
        var failure: VirtError?
    }

    /// How many bytes one piece has at most.
    private static let pieceSize = 64 << 10

    /// Takes over a descriptor, which becomes non-blocking.
    ///
    /// - Parameter name: what it is a stream of, for messages, such as `console`.
    public init(
        _ descriptor: Descriptor, of name: String, loop: EventLoop = .shared
    ) throws(SystemError) {
        (self.descriptor, self.name) = (descriptor, name)
        self.loop = loop
        try descriptor.setNonBlocking()
        let registration = try loop.register(descriptor, for: []) { [weak self] events in self?.ready(events)
        }
        state.withLock { $0.registration = registration }
    }

    /// Has `body` called once when the stream ends.
    public func onClose(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onClose = body } }

    public func read() async throws(VirtError) -> StreamPiece? {
        while true {
            if state.withLock({ $0.isClosed }) { return try ended() }
            let taken: [UInt8]?
            do throws(SystemError) {
                taken = try take()
            } catch {
                // A terminal whose other side has gone reads as an input error: that is its end.
                if error.errno == EIO { return nil }
                throw VirtError(.systemError, "Unable to read from the \(name): \(error)", from: .streams)
            }
            guard let taken else {
                await wait(forWriting: false)
                continue
            }
            return taken.isEmpty ? try ended() : .data(taken)
        }
    }

    public func write(_ piece: StreamPiece) async throws(VirtError) {
        var rest: ArraySlice<UInt8>
        switch piece {
        case .data(let bytes): rest = bytes[...]
        case .hole: throw VirtError(.operationUnsupported, "a \(name) has no holes", from: .streams)
        }
        while !rest.isEmpty {
            if state.withLock({ $0.isClosed }) {
                throw VirtError(.operationInvalid, "the stream has been closed", from: .streams)
            }
            guard let count = try put(rest) else {
                await wait(forWriting: true)
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    public func finish() async throws(VirtError) { close(nil) }

    public func abort() async { close(nil) }

    /// Ends the stream from outside; a reader that waits hears of `failure`.
    public func close(_ failure: VirtError?) {
        let (waiting, onClose) = state.withLock { state in
            if state.isClosed { return ([CheckedContinuation<Void, Never>](), (@Sendable () -> Void)?.none) }
            state.isClosed = true
            state.failure = failure
            state.registration?.cancel()
            defer { (state.reader, state.writer, state.onClose, state.registration) = (nil, nil, nil, nil) }
            return ([state.reader, state.writer].compactMap { $0 }, state.onClose)
        }
        for continuation in waiting { continuation.resume() }
        onClose?()
    }

    private func ended() throws(VirtError) -> StreamPiece? {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return nil
    }

    /// What is there now; nothing at the end, nil if nothing has come yet.
    private func take() throws(SystemError) -> [UInt8]? {
        var result: [UInt8]?
        try withUnsafeTemporaryAllocation(byteCount: Self.pieceSize, alignment: 1) {
            (buffer) throws(SystemError) in
            if let count = try descriptor.read(into: buffer) { result = Array(buffer.prefix(count)) }
        }
        return result
    }

    /// Writes what goes now; nil if nothing does.
    private func put(_ bytes: ArraySlice<UInt8>) throws(VirtError) -> Int? {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemError) in try descriptor.write(buffer) }
        }
        switch result {
        case .success(let count): return count
        case .failure(let error):
            throw VirtError(.systemError, "Unable to write to the \(name): \(error)", from: .streams)
        }
    }

    private func wait(forWriting: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isClosed = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return true }
                    if forWriting { state.writer = continuation } else { state.reader = continuation }
                    try? state.registration?.modify(interest(state))
                    return false
                }
                if isClosed { continuation.resume() }
            }
        } onCancel: {
            close(nil)
        }
    }

    private func interest(_ state: State) -> ReadyEvents {
        var events: ReadyEvents = state.reader == nil ? [] : .readable
        if state.writer != nil { events.insert(.writable) }
        return events
    }

    private func ready(_ events: ReadyEvents) {
        let isEnd = !events.isDisjoint(with: [.hangUp, .error])
        let waiting = state.withLock { state in
            var waiting: [CheckedContinuation<Void, Never>] = []
            if isEnd || events.contains(.readable), let reader = state.reader {
                waiting.append(reader)
                state.reader = nil
            }
            if isEnd || events.contains(.writable), let writer = state.writer {
                waiting.append(writer)
                state.writer = nil
            }
            // A hang-up is reported whether it is asked for or not: without a waiting side it would never rest.
            if isEnd && waiting.isEmpty {
                state.registration?.cancel()
                state.registration = nil
            } else {
                try? state.registration?.modify(interest(state))
            }
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
