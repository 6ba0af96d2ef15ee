import Testing

@testable import HostKit

@Suite("A pool of ports") struct PortPoolTests {
    @Test("gives each port once, the lowest first, and passes over those that others have")
    func ports() {
        let pool = PortPool(5900...5903)
        pool.note(5901)
        #expect(pool.take { $0 != 5900 } == 5902)
        #expect(pool.take { _ in true } == 5900)
        #expect(pool.take { _ in true } == 5903)
        #expect(pool.take { _ in true } == nil)
        pool.give(back: 5901)
        #expect(pool.take { _ in false } == nil)
        #expect(pool.take { _ in true } == 5901)
    }
}
