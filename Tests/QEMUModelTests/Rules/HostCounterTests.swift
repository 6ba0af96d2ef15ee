import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUModel

/// What a guest's time stamp counter may be, beside the host's.
@Suite struct HostCounterTests {
    @Test(
        "a counter that the host can't be is refused, with the range",
        arguments: [2_099_474_999, 3_504_000_000])
    func refused(_ frequency: UInt64) throws {
        let error = #expect(throws: ConfigurationError.self) { try check(frequency, scaling: false) }
        #expect(
            error.map { ErrorComparison.text(of: $0) }
                == "unsupported configuration: Requested TSC frequency \(frequency) Hz is outside tolerance range ([2099475000, 2100525000] Hz) around host frequency 2100000000 Hz and TSC scaling is not supported by the host CPU"
        )
    }

    @Test(
        "one as near as 250 in a million is as good as the host's", arguments: [2_099_475_000, 2_100_525_000])
    func near(_ frequency: UInt64) throws { try check(frequency, scaling: false) }

    @Test("a host that scales counters, and emulation, take any")
    func free() throws {
        try check(3_504_000_000, scaling: true)
        try check(3_504_000_000, scaling: false, type: "qemu")
    }

    @Test("a host whose counter isn't known refuses nothing")
    func unknown() throws { try check(3_504_000_000, scaling: nil) }

    /// - Parameter scaling: nil where the host's counter isn't known.
    private func check(_ frequency: UInt64, scaling: Bool?, type: String = "kvm") throws {
        let domain = try DomainDefinition(
            xml: """
                <domain type='\(type)'><name>a</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os>
                <clock offset='utc'><timer name='tsc' frequency='\(frequency)'/></clock></domain>
                """, options: .inactive)
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.processor = {
            guard let scaling else { return nil }
            var (cpu, counter) = (HostCPU(), HostCPU.Counter())
            (counter.frequency, counter.scaling) = (2_100_000_000, scaling)
            cpu.counter = counter
            return cpu
        }
        try domain.checkTSCFrequency(host)
    }
}
