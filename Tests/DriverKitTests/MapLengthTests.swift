import Testing
import Virt
import VirtXML

@testable import DriverKit

@Suite struct MapLengthTests {
    @Test("no more maps of processors are made than fit into a reply")
    func bound() throws {
        #expect(try CPUSet.mapLength(16, count: 4, "maps") == 16)
        #expect(try CPUSet.mapLength(1_000_000, count: 1, "maps") == 2048)
        #expect(try CPUSet.mapLength(-1, count: -5, "maps") == 0)
        #expect(try CPUSet.mapLength(2048, count: 4096, "maps") == 2048)
        for (length, count) in [(2048, 4097), (Int32.max, Int32.max), (8_388_609, 1)] as [(Int32, Int32)] {
            let error = #expect(throws: VirtError.self) {
                try CPUSet.mapLength(length, count: count, "ncpumaps")
            }
            #expect(error?.message == "internal error: ncpumaps * maplen > REMOTE_CPUMAPS_MAX")
        }
    }
}
