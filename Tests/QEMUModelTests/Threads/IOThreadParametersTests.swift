import JSON
import Testing
import Virt
import VirtXML

@testable import QEMUModel

@Suite struct IOThreadParametersTests {
    @Test("the least number of helpers is never above the greatest on the way")
    func order() throws {
        var pool = ThreadPool()
        (pool.min, pool.max) = (2, 4)
        func names(_ least: Int32, _ most: Int32) throws -> [String] {
            try IOThreadParameters([
                TypedParameter("thread_pool_min", .int(least)), TypedParameter("thread_pool_max", .int(most)),
            ]).properties(knowing: pool).map(\.0)
        }
        #expect(try names(6, 8) == ["thread-pool-max", "thread-pool-min"])
        #expect(try names(1, 1) == ["thread-pool-min", "thread-pool-max"])
    }

    @Test("what can't be is refused")
    func refused() {
        for one in [
            TypedParameter("poll_max_ns", .int(1)), TypedParameter("poll_grow", .ullong(1 << 31)),
            TypedParameter("thread_pool_min", .uint(1)), TypedParameter("nonsense", .int(1)),
        ] {
            #expect(throws: VirtError.self, "\(one)") { try IOThreadParameters([one]) }
        }
    }

    @Test("a description keeps what isn't changed")
    func kept() throws {
        var thread = IOThread()
        (thread.pool.min, thread.pool.max) = (2, 4)
        try IOThreadParameters([TypedParameter("poll_shrink", .uint(3))]).change(&thread)
        try IOThreadParameters([TypedParameter("thread_pool_min", .int(-1))]).change(&thread)
        #expect(thread.pool.min == nil && thread.pool.max == 4 && thread.poll?.shrink == 3)
        #expect(throws: VirtError.self) {
            try IOThreadParameters([TypedParameter("thread_pool_min", .int(9))]).change(&thread)
        }
    }
}
