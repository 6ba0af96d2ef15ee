import Testing
import Virt

@testable import QEMUDriver
@testable import QEMUModel

@Suite struct MapLengthTests {
    @Test("no more maps of processors are made than fit into a reply")
    func bound() throws {
        #expect(try QEMUDomain.length(16, 4) == 16)
        #expect(try QEMUDomain.length(1_000_000) == 2048)
        #expect(try QEMUDomain.length(-1, -5) == 0)
        #expect(try QEMUDomain.length(2048, 4096) == 2048)
        for (length, count) in [(2048, 4097), (Int32.max, Int32.max), (8_388_609, 1)] as [(Int32, Int32)] {
            let error = #expect(throws: VirtError.self) { try QEMUDomain.length(length, count, "ncpumaps") }
            #expect(error?.message == "internal error: ncpumaps * maplen > REMOTE_CPUMAPS_MAX")
        }
    }
}
