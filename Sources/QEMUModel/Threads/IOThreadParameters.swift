import JSON
import Virt
import VirtXML

/// What a call wants changed about an I/O thread.
package struct IOThreadParameters: Equatable, Sendable {
    var pollMax: UInt64?
    var pollGrow: UInt64?
    var pollShrink: UInt64?
    var poolMin: Int32?
    var poolMax: Int32?

    package init(_ given: [TypedParameter]) throws(VirtError) {
        for one in given {
            switch (one.field, one.value) {
            case ("poll_max_ns", .ullong(let value)): pollMax = try Self.checked("poll-max-ns", value)
            case ("poll_grow", _): pollGrow = try Self.checked("poll-grow", Self.number(one))
            case ("poll_shrink", _): pollShrink = try Self.checked("poll-shrink", Self.number(one))
            case ("thread_pool_min", .int(let value)): poolMin = value
            case ("thread_pool_max", .int(let value)): poolMax = value
            case ("poll_max_ns", _), ("thread_pool_min", _), ("thread_pool_max", _): throw Self.misfit(one)
            default:
                throw VirtError(
                    .argumentUnsupported, "parameter '\(one.field)' not supported", from: .qemu)
            }
        }
        if let poolMin, let poolMax { try Self.check(poolMin, poolMax) }
    }

    private static func number(_ one: TypedParameter) throws(VirtError) -> UInt64 {
        switch one.value {
        case .uint(let value): UInt64(value)
        case .ullong(let value): value
        default: throw misfit(one)
        }
    }

    private static func misfit(_ one: TypedParameter) -> VirtError {
        VirtError(.invalidArg, "parameter '\(one.field)' has another type", from: .qemu)
    }

    /// QEMU keeps these in numbers that end there.
    private static func checked(_ name: String, _ value: UInt64) throws(VirtError) -> UInt64 {
        guard value <= Int32.max else {
            throw VirtError(
                .configUnsupported, "\(name) (\(value)) must be less than or equal to \(Int32.max)",
                from: .qemu)
        }
        return value
    }

    private static func check(_ least: Int32, _ most: Int32) throws(VirtError) {
        guard least > most, most >= 0 else { return }
        throw VirtError(
            .operationInvalid, "thread_pool_min (\(least)) can't be greater than thread_pool_max (\(most))",
            from: .qemu)
    }

    /// In a running guest a number of helpers can't be given back to QEMU's choice.
    package func checkLive() throws(VirtError) {
        for (name, value) in [("thread_pool_min", poolMin), ("thread_pool_max", poolMax)] {
            guard let value, value < 0 else { continue }
            throw VirtError(
                .operationInvalid, "\(name) (\(value)) must be equal to or greater than 0 for live change",
                from: .qemu)
        }
    }

    /// Changes a thread's description. Helpers below zero are QEMU's choice.
    package func change(_ thread: inout IOThread) throws(VirtError) {
        func natural(_ value: Int32) -> Int32? { value < 0 ? nil : value }
        if let poolMin { thread.pool.min = natural(poolMin) }
        if let poolMax { thread.pool.max = natural(poolMax) }
        if let least = thread.pool.min, let most = thread.pool.max { try Self.check(least, most) }
        guard pollMax != nil || pollGrow != nil || pollShrink != nil else { return }
        var poll = thread.poll ?? IOThread.Poll()
        poll.max = pollMax ?? poll.max
        poll.grow = pollGrow ?? poll.grow
        poll.shrink = pollShrink ?? poll.shrink
        thread.poll = poll
    }

    /// What QEMU is to set, in an order in which the least number of helpers never is above the greatest.
    package func properties(knowing pool: ThreadPool) -> [(String, JSONValue)] {
        let least = poolMin.map { ("thread-pool-min", JSONValue($0)) }
        let most = poolMax.map { ("thread-pool-max", JSONValue($0)) }
        let grows = poolMax.map { $0 > (pool.max ?? 64) } ?? false
        let helpers = grows ? [most, least] : [least, most]
        let polls = [
            pollMax.map { ("poll-max-ns", JSONValue($0)) }, pollGrow.map { ("poll-grow", JSONValue($0)) },
            pollShrink.map { ("poll-shrink", JSONValue($0)) },
        ]
        return (polls + helpers).compactMap { $0 }
    }
}
